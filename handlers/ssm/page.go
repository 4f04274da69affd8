package ssm

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/ssm/types"
)

// tokenHead tells tokens from other text.
const tokenHead = "AAEAAQ"

// page returns the part of a list that a request asks for, and the token of the next part.
// The list is in order of its keys, and never nil: an empty one is answered.
func page[T any](all []T, key func(T) string, token *string, asked *int32, most int) (part []T, next *string, err error) {
	if token != nil {
		text, ours := strings.CutPrefix(*token, tokenHead)
		after, err := base64.URLEncoding.DecodeString(text)
		if err != nil || !ours {
			return nil, nil, &types.InvalidNextToken{Message: aws.String("The following token is invalid: " + *token + ".")}
		}
		all = slices.DeleteFunc(slices.Clone(all), func(item T) bool { return key(item) <= string(after) })
	}
	if asked != nil {
		most = int(*asked)
	}
	if len(all) > most {
		all = all[:most]
		next = aws.String(tokenHead + base64.URLEncoding.EncodeToString([]byte(key(all[most-1]))))
	}
	return append([]T{}, all...), next, nil
}

// pageOfParameters cuts a list of parameters in the order in which they were made, and sorts
// what is in the page by name (SSM0009).
func pageOfParameters(all []listed, token *string, asked *int32, most int) (part []listed, next *string, err error) {
	slices.SortFunc(all, func(a, b listed) int { return strings.Compare(a.madeKey(), b.madeKey()) })
	part, next, err = page(all, listed.madeKey, token, asked, most)
	slices.SortFunc(part, func(a, b listed) int { return strings.Compare(a.name, b.name) })
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
