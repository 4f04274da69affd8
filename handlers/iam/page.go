package iam

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// defaultPage is how many items an answer has where the request does not say. Source: IAM
// API reference, MaxItems.
const defaultPage = 100

// page returns the part of a list that a request asks for, in order of the keys, which
// are unique; and the marker of the next part, nil if there is none. The list is never
// nil: an empty one is answered.
func page[T any](all []T, key func(T) string, marker *string, maxItems *int32) (part []T, truncated bool, next *string, err error) {
	all = slices.SortedFunc(slices.Values(all), func(a, b T) int { return strings.Compare(key(a), key(b)) })
	if marker != nil {
		after, err := base64.RawURLEncoding.DecodeString(*marker)
		if err != nil {
			return nil, false, nil, validationError("Invalid Marker.") // the text is the emulator's
		}
		all = all[behind(all, key, string(after)):]
	}
	n := defaultPage
	if maxItems != nil {
		n = int(*maxItems)
	}
	if len(all) > n {
		all, truncated = all[:n], true
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(place(key(all[n-1])))))
	}
	return append([]T{}, all...), truncated, next, nil
}

// A marker is at most 320 characters long. Of a longer key than longestKey it has the
// beginning and a digest.
const (
	longestKey = 200
	beginning  = longestKey - sha256.Size
)

// place is what a marker keeps of the key that it stands behind.
func place(key string) string {
	if len(key) <= longestKey {
		return key
	}
	digest := sha256.Sum256([]byte(key))
	return key[:beginning] + string(digest[:])
}

// behind is how many items of a sorted list come up to a place. Where the item is gone
// that was there, some may be answered again, but none is left out.
func behind[T any](sorted []T, key func(T) string, after string) int {
	if i := slices.IndexFunc(sorted, func(item T) bool { return place(key(item)) == after }); i >= 0 {
		return i + 1
	}
	after = after[:min(len(after), beginning)]
	if i := slices.IndexFunc(sorted, func(item T) bool { return key(item) > after }); i >= 0 {
		return i
	}
	return len(sorted)
}

// convert makes the answer's list of rows, never nil.
func convert[T, U any](rows []T, to func(T) U) []U {
	list := make([]U, 0, len(rows))
	for _, row := range rows {
		list = append(list, to(row))
	}
	return list
}
