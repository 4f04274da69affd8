// Package page cuts lists into the parts that requests ask for.
//
//	part, next, err := page.Cut(all, key, page.Request{Token: in.NextToken, Size: in.MaxResults, Most: 100})
package page

import (
	"cmp"
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Request is what a request says about the part that it wants.
type Request struct {
	Descending bool
	Token      *string // of an answer, nil for the first part
	Size       *int32  // nil, or less than 1: Most
	Most       int
	Form       Form // of tokens
	// Refusal is the error for a token that no answer had; nil is [ErrToken].
	Refusal error
}

// ErrToken is about a token that no answer had.
var ErrToken = errors.New("a token of no answer")

// Cut sorts a list by its keys, which are unique, and returns the part that a request asks for
// and the token of the next part, nil if there is none: the key of the last item, so that nothing
// is left out or comes twice where others come and go between the requests. The part is never
// nil, so an empty one is answered. The error is the Refusal.
func Cut[T any](all []T, key func(T) string, r Request) (part []T, next *string, err error) {
	places, next, err := cut(len(all), func(i int) string { return key(all[i]) }, r)
	if err != nil {
		return nil, nil, err
	}
	part = make([]T, len(places))
	for i, place := range places {
		part[i] = all[place]
	}
	return part, next, nil
}

// cut does it with the places of n items, so that it is compiled once.
func cut(n int, key func(place int) string, r Request) (places []int, next *string, err error) {
	compare := func(a, b string) int {
		if r.Descending {
			a, b = b, a
		}
		return strings.Compare(a, b)
	}
	places = make([]int, n)
	for i := range places {
		places[i] = i
	}
	sorting.By(places, func(a, b int) int { return compare(key(a), key(b)) })
	if r.Token != nil {
		last, ours := r.Form.open(*r.Token)
		if !ours {
			return nil, nil, cmp.Or(r.Refusal, ErrToken)
		}
		places = places[r.Form.behind(n, func(i int) string { return key(places[i]) }, last, compare):]
	}
	most := r.Most
	if r.Size != nil && *r.Size > 0 {
		most = int(*r.Size)
	}
	if len(places) > most {
		places = places[:most]
		token := r.Form.seal(key(places[most-1]))
		next = &token
	}
	return places, next, nil
}
