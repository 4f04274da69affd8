package iam

import (
	"encoding/base64"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// defaultPage is how many items an answer has where the request does not say. Source: IAM
// API reference, MaxItems.
const defaultPage = 100

// longestKey is how much of a key a marker has, which is at most 320 characters long.
const longestKey = 200

// pageOf returns the part of a list that a request asks for, in order of the keys, which
// are unique; and the marker of the next part, nil if there is none.
func pageOf[T any](all []T, key func(T) string, marker *string, maxItems *int32) (part []T, truncated bool, next *string, err error) {
	part, next, err = page.Cut(all, key, page.Request{
		Token: marker, Size: maxItems, Most: defaultPage, Form: page.Form{Encoding: base64.RawURLEncoding, Longest: longestKey},
	})
	if err != nil {
		return nil, false, nil, validationError("Invalid Marker.") // the text is the emulator's
	}
	return part, next != nil, next, nil
}

// convert makes the answer's list of rows, never nil.
func convert[T, U any](rows []T, to func(T) U) []U {
	list := make([]U, 0, len(rows))
	for _, row := range rows {
		list = append(list, to(row))
	}
	return list
}
