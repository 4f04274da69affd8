package kit

import (
	"encoding/base64"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Page returns the part of a list that a request asks for, and the token of the next part,
// nil if there is none. The list is in order of the keys, which are unique. Source of the
// bounds: EC2 API reference, MaxResults; of the texts: field reports.
func Page[T any](all []T, key func(T) string, maxResults *int32, token *string, least, most int32) (part []T, next *string, err error) {
	if maxResults != nil && *maxResults < least {
		return nil, nil, Refuse("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than %d.", *maxResults, least)
	}
	if aws.ToString(token) != "" {
		after, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return nil, nil, Refuse("InvalidNextToken", "The specified token is invalid.")
		}
		at := slices.IndexFunc(all, func(item T) bool { return key(item) > string(after) })
		if at < 0 {
			at = len(all)
		}
		all = all[at:]
	}
	n := len(all)
	if maxResults != nil {
		n = min(n, int(min(*maxResults, most)))
	}
	if n < len(all) {
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(key(all[n-1]))))
	}
	return append([]T{}, all[:n]...), next, nil
}

// PageOf is the page of a list of resources of the network: by id, and not of those that a
// request names. Source: EC2 API reference, MaxResults; recorded answers (EC20010) for the
// refusal, whose text is as for instances.
func PageOf[T any](all []T, id func(T) string, set string, named []string, maxResults *int32, token *string) ([]T, *string, error) {
	if maxResults != nil && len(named) > 0 {
		return nil, nil, Refuse("InvalidParameterCombination", "The parameter %s cannot be used with the parameter maxResults", set)
	}
	return Page(all, id, maxResults, token, 5, 1000)
}

// The bounds of MaxResults of what is described in pages. Source: EC2 API reference,
// DescribeVpcs, DescribeSubnets, DescribeSecurityGroups and DescribeSecurityGroupRules.
const (
	LeastResults = 5
	MostResults  = 1000
)
