package iam

import (
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
		all = slices.DeleteFunc(all, func(item T) bool { return key(item) <= string(after) })
	}
	n := defaultPage
	if maxItems != nil {
		n = int(*maxItems)
	}
	if len(all) > n {
		all, truncated = all[:n], true
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(key(all[n-1]))))
	}
	return append([]T{}, all...), truncated, next, nil
}

// convert makes the answer's list of rows, never nil.
func convert[T, U any](rows []T, to func(T) U) []U {
	list := make([]U, 0, len(rows))
	for _, row := range rows {
		list = append(list, to(row))
	}
	return list
}
