package elasticloadbalancingv2

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// largestPage is how many items an answer has where the request does not say. Source: ELBv2
// API reference, PageSize.
const largestPage = 400

// page returns the part of a list that a request asks for, in order of its keys, which are
// unique; and the marker of the next part, nil if there is none. The list is never nil: an
// empty one is answered.
func page[T any](all []T, key func(T) string, marker *string, size *int32) (part []T, next *string, err error) {
	var v constraint.Violations
	constraint.Between(&v, "pageSize", size, 1, largestPage)
	if err := refusal(v); err != nil {
		return nil, nil, err
	}
	all = slices.SortedFunc(slices.Values(all), func(x, y T) int { return strings.Compare(key(x), key(y)) })
	if marker != nil {
		last, err := base64.RawURLEncoding.DecodeString(*marker)
		if err != nil {
			return nil, nil, invalid("Invalid marker") // the text is the emulator's
		}
		all = slices.DeleteFunc(all, func(each T) bool { return key(each) <= string(last) })
	}
	if n := int(cmp.Or(aws.ToInt32(size), largestPage)); len(all) > n {
		all = all[:n]
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(key(all[n-1]))))
	}
	return append([]T{}, all...), next, nil
}
