package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Once is a request with a client token: a second one with the token does nothing but
// answer what the first one made.
type Once struct {
	key, digest string
	mismatch    string // the text for a request that is another one
}

// How many characters of ASCII a client token has at most. Source: EC2 API reference,
// RunInstances and CreateLaunchTemplate.
const (
	LongestToken         = 64
	LongestTemplateToken = 128
)

// NewOnce is for a request; without a token it is of no effect. The text of its refusal is
// the emulator's.
func NewOnce(scope arn.Scope, operation string, token *string, longest int, request any, mismatch string) (Once, error) {
	if token == nil || *token == "" {
		return Once{}, nil
	}
	if len(*token) > longest || strings.ContainsFunc(*token, func(c rune) bool { return c > unicode.MaxASCII }) {
		return Once{}, Refuse("InvalidParameterValue", "Value (%s) for parameter clientToken is invalid. Client tokens have at most %d ASCII characters.", *token, longest)
	}
	text, _ := json.Marshal(request) // of the SDK's types, which have nothing that fails
	sum := sha256.Sum256(text)
	return Once{key: "ec2 " + operation + " " + scope.Prefix() + *token, digest: hex.EncodeToString(sum[:]), mismatch: mismatch}, nil
}

// Made returns what the first request made, or nil.
func (o Once) Made(tx *store.Tx) ([]string, error) {
	if o.key == "" {
		return nil, nil
	}
	known := state.FindClientToken(tx, o.key)
	switch {
	case known == nil:
		return nil, nil
	case known.Request != o.digest:
		return nil, Refuse("IdempotentParameterMismatch", "%s", o.mismatch)
	}
	return known.ARNs, nil
}

// Remember remembers what the request has made.
func (o Once) Remember(tx *store.Tx, now time.Time, ids ...string) {
	if o.key != "" {
		state.PutClientToken(tx, &state.ClientToken{ID: o.key, Request: o.digest, ARNs: ids, CreatedAt: now})
	}
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
