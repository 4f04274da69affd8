package cloudformation

import (
	"encoding/base64"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// largestPage is how many items an answer has, as AWS was seen to have of most lists; of the others it is a guess.
const largestPage = 100

// pageOf is the part of a list that a token asks for, in order of its keys, and the token of the next part.
func pageOf[T any](all []T, token *string, descending bool, key func(T) string) (part []T, next *string, err error) {
	return page.Cut(all, key, page.Request{
		Token: token, Most: largestPage, Descending: descending, Form: page.Form{Encoding: base64.RawURLEncoding, Longest: 600},
		Refusal: invalid("Invalid NextToken"), // a guess
	})
}
