// Package page cuts lists into the parts that requests ask for.
package page

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Request is what a request says about the part that it wants.
type Request struct {
	Descending bool
	Token      *string // of an answer, nil for the first part
	Size       *int32  // nil: Most
	Most       int
}

// ErrToken is about a token that no answer had.
var ErrToken = errors.New("a token of no answer")

// tokenHead tells tokens from other text.
const tokenHead = "after "

// Cut sorts a list by its keys, which are unique, and returns the part that a request asks for
// and the token of the next part, nil if there is none: the key of the last item, so that nothing
// is left out or comes twice where others come and go between the requests. The error is
// [ErrToken].
func Cut[T any](all []T, key func(T) string, r Request) (part []T, next *string, err error) {
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	if r.Descending {
		slices.Reverse(all)
	}
	if r.Token != nil {
		text, err := base64.URLEncoding.DecodeString(*r.Token)
		last, ours := strings.CutPrefix(string(text), tokenHead)
		if err != nil || !ours {
			return nil, nil, ErrToken
		}
		all = slices.DeleteFunc(all, func(item T) bool {
			order := strings.Compare(key(item), last)
			return order == 0 || (order < 0) != r.Descending
		})
	}
	most := r.Most
	if r.Size != nil {
		most = int(*r.Size)
	}
	if len(all) > most {
		all = all[:most]
		next = aws.String(base64.URLEncoding.EncodeToString([]byte(tokenHead + key(all[most-1]))))
	}
	return all, next, nil
}
