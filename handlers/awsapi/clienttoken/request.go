package clienttoken

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Request is one that may have a client token. The zero value has none: it is always the first.
type Request struct{ id, digest string }

// New is a request by the id of its token, unique among all, and by a digest that tells it from others.
func New(id, digest string) Request { return Request{id, digest} }

// In is the request of a call. A token is unique in its operation, account and region.
func In(ctx context.Context, token *string, request any) Request {
	if token == nil || *token == "" {
		return Request{}
	}
	call := awsapi.FromContext(ctx)
	text, _ := json.Marshal(request) // of the SDK's types, which have nothing that fails
	sum := sha256.Sum256(text)
	return New(call.Service+" "+call.Operation+" "+call.Scope().Prefix()+*token, hex.EncodeToString(sum[:]))
}

// First is what is remembered of the first request with the token, or nil. The same is true if that one was as this is.
func (r Request) First(tx *store.Tx) (first *Token, same bool) {
	if r.id == "" {
		return nil, false
	}
	first = tokens.Get(tx, r.id)
	return first, first != nil && first.Request == r.digest
}

func (r Request) Remember(tx *store.Tx, now time.Time, made ...string) {
	if r.id != "" {
		tokens.Put(tx, &Token{ID: r.id, Request: r.digest, ARNs: made, CreatedAt: now})
	}
}
