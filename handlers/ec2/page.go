package ec2

import (
	"encoding/base64"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// page returns the part of a list that a request asks for, and the token of the next part,
// nil if there is none. The list is in order of the keys, which are unique. Source of the
// bounds: EC2 API reference, MaxResults; of the texts: field reports.
func page[T any](all []T, key func(T) string, maxResults *int32, token *string, least, most int32) (part []T, next *string, err error) {
	if maxResults != nil && *maxResults < least {
		return nil, nil, refuse("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than %d.", *maxResults, least)
	}
	if aws.ToString(token) != "" {
		after, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return nil, nil, refuse("InvalidNextToken", "The specified token is invalid.")
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
