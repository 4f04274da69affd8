package autoscaling

import (
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// Sizes of a page. Source: EC2 Auto Scaling API reference, MaxRecords.
const (
	defaultPage = 50
	largestPage = 100
)

// pageOf returns the part of a list that a request asks for, and the token of the next part,
// nil if there is none.
func pageOf[T any](all []T, key func(T) string, token *string, records *int32, usual int) (part []T, next *string, err error) {
	if records != nil && (*records < 1 || *records > largestPage) {
		return nil, nil, invalid("MaxRecords has to be between 1 and %d.", largestPage) // the text is the emulator's
	}
	return page.Cut(all, key, page.Request{
		Token: awsapi.Optional(aws.ToString(token)), Size: records, Most: usual, Form: page.Form{Encoding: base64.RawURLEncoding},
		Refusal: &types.InvalidNextToken{Message: aws.String("The NextToken value is not valid.")}, // as well
	})
}
