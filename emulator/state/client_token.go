package state

import "time"

// ClientToken remembers what a request with an idempotency token made.
type ClientToken struct {
	ID string // operation, cluster and token
	// Request is a digest of the request's parameters.
	Request   string
	ARNs      []string // what the first request made
	CreatedAt time.Time
}

// Key is the id.
func (c *ClientToken) Key() string { return c.ID }

func (c *ClientToken) ageKey() string { return timeKey(c.CreatedAt) }

// ClientToken returns what is known of a token, or nil.
func (tx *Tx) ClientToken(id string) *ClientToken {
	return get[*ClientToken](tx, tableClientToken, id)
}

// PutClientToken writes a token.
func (tx *Tx) PutClientToken(c *ClientToken) { put(tx, tableClientToken, c) }

// ForgetClientTokens removes the tokens made before a time. It looks only at those.
func (tx *Tx) ForgetClientTokens(before time.Time) { forget(tx, tableClientToken, before) }
