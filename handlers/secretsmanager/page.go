package secretsmanager

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// maxListed is how many items a page of a list has. Source: Secrets Manager API reference.
const maxListed = 100

func (v *violations) page(maxResults *int32, most int32) {
	constraint.Between(&v.Violations, "maxResults", maxResults, 1, most)
}

// timeKey sorts items by a time, those of the same millisecond by what names them.
func timeKey(t time.Time, name string) string { return fmt.Sprintf("%019d %s", t.UnixMilli(), name) }

// tokenHead tells tokens from other text.
const tokenHead = "after "

// page sorts a list by its keys, and returns the part that a request asks for and the token of
// the next part: the key of the last item, so that nothing is left out or comes twice where
// others come and go between the requests.
func page[T any](all []T, key func(T) string, descending bool, token *string, asked *int32, most int) (part []T, next *string, err error) {
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	if descending {
		slices.Reverse(all)
	}
	if token != nil {
		text, err := base64.URLEncoding.DecodeString(*token)
		last, ours := strings.CutPrefix(string(text), tokenHead)
		if err != nil || !ours { // the text is the emulator's
			return nil, nil, &types.InvalidNextTokenException{Message: aws.String("Invalid pagination token.")}
		}
		all = slices.DeleteFunc(all, func(item T) bool {
			order := strings.Compare(key(item), last)
			return order == 0 || (order < 0) != descending
		})
	}
	if asked != nil {
		most = int(*asked)
	}
	if len(all) > most {
		all = all[:most]
		next = aws.String(base64.URLEncoding.EncodeToString([]byte(tokenHead + key(all[most-1]))))
	}
	return all, next, nil
}
