package ec2

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

func refuse(code, format string, args ...any) error {
	return &awsapi.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// answered is an error of the rules of EC2 as the API answers it.
func answered(err error) error {
	var refused *ec2.Error
	if errors.As(err, &refused) {
		return &awsapi.Error{Code: refused.Code, Message: refused.Message}
	}
	return err
}

// once is a request with a client token: a second one with the token does nothing but
// answer what the first one made.
type once struct {
	key, digest string
	mismatch    string // the text for a request that is another one
}

// newOnce is for a request; without a token it is of no effect.
func newOnce(scope arn.Scope, operation string, token *string, request any, mismatch string) once {
	if token == nil || *token == "" {
		return once{}
	}
	text, _ := json.Marshal(request) // of the SDK's types, which have nothing that fails
	sum := sha256.Sum256(text)
	return once{key: "ec2 " + operation + " " + scope.Prefix() + *token, digest: hex.EncodeToString(sum[:]), mismatch: mismatch}
}

// made returns what the first request made, or nil.
func (o once) made(tx *state.Tx) ([]string, error) {
	if o.key == "" {
		return nil, nil
	}
	known := tx.ClientToken(o.key)
	switch {
	case known == nil:
		return nil, nil
	case known.Request != o.digest:
		return nil, refuse("IdempotentParameterMismatch", "%s", o.mismatch)
	}
	return known.ARNs, nil
}

// make remembers what the request has made.
func (o once) make(tx *state.Tx, now time.Time, ids ...string) {
	if o.key != "" {
		tx.PutClientToken(&state.ClientToken{ID: o.key, Request: o.digest, ARNs: ids, CreatedAt: now})
	}
}
