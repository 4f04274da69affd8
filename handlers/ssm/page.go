package ssm

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// tokens are the tokens of Systems Manager.
var tokens = page.Form{Head: "AAEAAQ", Encoding: base64.URLEncoding}

// pageOf returns the part of a list that a request asks for, and the token of the next part.
func pageOf[T any](all []T, key func(T) string, token *string, asked *int32, most int) (part []T, next *string, err error) {
	return page.Cut(all, key, page.Request{
		Token: token, Size: asked, Most: most, Form: tokens,
		Refusal: &types.InvalidNextToken{Message: awsapi.Textf("The following token is invalid: %s.", aws.ToString(token))},
	})
}

// pageOfParameters cuts a list of parameters in the order in which they were made, and sorts
// what is in the page by name (SSM0009).
func pageOfParameters(all []listed, token *string, asked *int32, most int) (part []listed, next *string, err error) {
	part, next, err = pageOf(all, listed.madeKey, token, asked, most)
	sorting.By(part, func(a, b listed) int { return strings.Compare(a.name, b.name) })
	return part, next, err
}

// madeKey sorts parameters by when they were made: public ones before all others.
func (l listed) madeKey() string {
	var made time.Time
	if l.parameter != nil {
		made = l.parameter.CreatedAt
	}
	return fmt.Sprintf("%019d %s", made.UnixMilli(), l.name)
}
