package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	clientTokens    = store.NewTable("client-token", func(c *ClientToken) string { return c.ID })
	clientTokenAges = clientTokens.Ages(func(c *ClientToken) time.Time { return c.CreatedAt })
)

// KeepClientTokens is how long a token is remembered.
// Source: ECS API reference, idempotency.
const KeepClientTokens = 24 * time.Hour

// ClientToken remembers what a request with an idempotency token made.
type ClientToken struct {
	ID string // operation, cluster and token
	// Request is a digest of the request's parameters.
	Request   string
	ARNs      []string // what the first request made
	CreatedAt time.Time
}

// FindClientToken returns what is known of a token, or nil.
func FindClientToken(tx *store.Tx, id string) *ClientToken {
	return clientTokens.Get(tx, id)
}

// PutClientToken writes a token.
func PutClientToken(tx *store.Tx, c *ClientToken) { clientTokens.Put(tx, c) }

// ForgetClientTokens removes the tokens made before a time. It looks only at those.
func ForgetClientTokens(tx *store.Tx, before time.Time) { clientTokenAges.Forget(tx, before) }
