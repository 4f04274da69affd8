package autoscaling

import (
	"encoding/base64"
	"sort"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Sizes of a page. Source: EC2 Auto Scaling API reference, MaxRecords.
const (
	defaultPage = 50
	largestPage = 100
)

// page returns the part of a list that a request asks for, and the token of the next part,
// nil if there is none. The list is in order of its keys. The token has the key of the last
// item of a part, which may be gone when it comes back.
func page[T any](all []T, key func(T) string, token *string, records *int32, usual int) (part []T, next *string, err error) {
	n := usual
	if records != nil {
		n = int(*records)
	}
	if n < 1 || n > largestPage {
		return nil, nil, invalid("MaxRecords has to be between 1 and %d.", largestPage) // the text is the emulator's
	}
	if aws.ToString(token) != "" {
		last, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return nil, nil, &types.InvalidNextToken{Message: aws.String("The NextToken value is not valid.")} // as well
		}
		all = all[sort.Search(len(all), func(i int) bool { return key(all[i]) > string(last) }):]
	}
	if len(all) > n {
		all = all[:n]
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(key(all[n-1]))))
	}
	return append([]T{}, all...), next, nil
}
