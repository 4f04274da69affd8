package eventbridge

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// maxListed is how many items a page has. Source: EventBridge API reference.
const maxListed = 100

// cut returns a page of a list. Its token is bound to what was asked for (EVB0003).
func cut[T any](all []T, key func(T) string, token *string, size *int32, asked ...string) (part []T, next *string, err error) {
	digest := sha256.Sum256([]byte(strings.Join(asked, "\x00")))
	form := page.Form{Head: base64.RawURLEncoding.EncodeToString(digest[:12]), Encoding: base64.RawURLEncoding}
	return page.Cut(all, key, page.Request{
		Token: token, Size: size, Most: maxListed, Form: form, Refusal: invalid("Parameter NextToken is not valid."),
	})
}

// those are the items of a list that are wanted.
func those[T any](all []T, wanted func(T) bool) (list []T) {
	for _, each := range all {
		if wanted(each) {
			list = append(list, each)
		}
	}
	return list
}
