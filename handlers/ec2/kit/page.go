package kit

import (
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// Page returns the part of a list that a request asks for, and the token of the next part,
// nil if there is none, in order of the keys, which are unique. Source of the bounds: EC2 API
// reference, MaxResults; of the texts: field reports.
func Page[T any](all []T, key func(T) string, maxResults *int32, token *string, least, most int32) (part []T, next *string, err error) {
	if maxResults != nil && *maxResults < least {
		return nil, nil, Refuse("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than %d.", *maxResults, least)
	}
	size := len(all)
	if maxResults != nil {
		size = int(min(*maxResults, most))
	}
	return page.Cut(all, key, page.Request{
		Token: awsapi.Optional(aws.ToString(token)), Most: size, Form: page.Form{Encoding: base64.RawURLEncoding},
		Refusal: Refuse("InvalidNextToken", "The specified token is invalid."),
	})
}

// The bounds of MaxResults of what is described in pages. Source: EC2 API reference,
// DescribeVpcs, DescribeSubnets, DescribeSecurityGroups and DescribeSecurityGroupRules.
const (
	leastResults = 5
	mostResults  = 1000
)
