package kit

import (
	"context"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Once is a request with a client token: a second one with the token does nothing but
// answer what the first one made.
type Once struct {
	clienttoken.Request
	mismatch string // the text for a request that is another one
}

// How many characters of ASCII a client token has at most. Source: EC2 API reference,
// RunInstances and CreateLaunchTemplate.
const (
	LongestToken         = 64
	LongestTemplateToken = 128
)

// NewOnce is for a request; without a token it is of no effect. The text of its refusal is
// the emulator's.
func NewOnce(ctx context.Context, token *string, longest int, request any, mismatch string) (Once, error) {
	if text := aws.ToString(token); len(text) > longest || strings.ContainsFunc(text, func(c rune) bool { return c > unicode.MaxASCII }) {
		return Once{}, Refuse("InvalidParameterValue", "Value (%s) for parameter clientToken is invalid. Client tokens have at most %d ASCII characters.", text, longest)
	}
	return Once{clienttoken.In(ctx, token, request), mismatch}, nil
}

// Made returns what the first request made, or nil.
func (o Once) Made(tx *store.Tx) ([]string, error) {
	first, same := o.First(tx)
	switch {
	case first == nil:
		return nil, nil
	case !same:
		return nil, Refuse("IdempotentParameterMismatch", "%s", o.mismatch)
	}
	return first.ARNs, nil
}

// WrongArguments is the text for a request with the token of another one (EC20010).
func WrongArguments(token *string) string {
	return "Wrong arguments for request with token " + aws.ToString(token)
}

// TokenOf is the token that an answer shows: EC2 makes one for who has none (EC20010).
func TokenOf(token *string) *string {
	if aws.ToString(token) == "" {
		return aws.String(arn.NewUUID())
	}
	return token
}

// MadeBefore returns what the first request with a token made, or nil. What has been deleted
// since is no answer (EC20010).
func MadeBefore[T any](tx *store.Tx, o Once, scope arn.Scope, find func(*store.Tx, arn.Scope, string) *T) (*T, error) {
	made, err := o.Made(tx)
	if made == nil || err != nil {
		return nil, err
	}
	if row := find(tx, scope, made[0]); row != nil {
		return row, nil
	}
	return nil, Refuse("IdempotentParameterMismatch", "%s", o.mismatch)
}
