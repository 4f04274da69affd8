// Package clienttoken remembers what requests with client tokens have made, so that a second request with
// the token of a first one makes nothing more. What a service answers to a request that is another one than
// the first is its own affair.
package clienttoken

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	tokens = store.NewTable("client-token", func(t *Token) string { return t.ID })
	ages   = tokens.Ages(func(t *Token) time.Time { return t.CreatedAt })
)

// Keep is how long a token is remembered. Source: ECS API reference, idempotency.
const Keep = 24 * time.Hour

// Token is what is remembered of the first request with a client token.
type Token struct {
	ID string // operation, where it was asked, and token
	// Request is a digest of the request's parameters.
	Request   string
	ARNs      []string // what the first request made
	CreatedAt time.Time
}

// Forget removes the tokens made before a time. It looks only at those.
func Forget(tx *store.Tx, before time.Time) { ages.Forget(tx, before) }
