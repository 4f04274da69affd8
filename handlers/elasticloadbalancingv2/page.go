package elasticloadbalancingv2

import (
	"encoding/base64"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// largestPage is how many items an answer has where the request does not say. Source: ELBv2
// API reference, PageSize.
const largestPage = 400

// pageOf returns the part of a list that a request asks for, in order of its keys, which are
// unique; and the marker of the next part, nil if there is none.
func pageOf[T any](all []T, key func(T) string, marker *string, size *int32) (part []T, next *string, err error) {
	return page.Cut(all, key, page.Request{
		Token: marker, Size: size, Most: largestPage, Form: page.Form{Encoding: base64.RawURLEncoding},
		Refusal: invalid("Invalid marker"), // the text is the emulator's
	})
}
