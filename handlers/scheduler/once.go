package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// once is a request with a client token, which SDKs make one for. A second one that is the same in all has nothing left
// to do. What AWS answers to another request with the token of a first one has not been seen: it is a request of its own
// here. Source: EventBridge Scheduler API reference, ClientToken.
type once struct{ id, digest string }

func newOnce(ctx context.Context, token *string, request any) once {
	if aws.ToString(token) == "" {
		return once{}
	}
	call := awsapi.FromContext(ctx)
	text, _ := json.Marshal(request) // of types of the SDK, which have nothing that fails
	sum := sha256.Sum256(text)
	return once{id: "scheduler " + call.Operation + " " + call.Scope().Prefix() + *token, digest: hex.EncodeToString(sum[:])}
}

// repeats reports whether the same request has been answered before.
func (o once) repeats(tx *store.Tx) bool {
	if o.id == "" {
		return false
	}
	known := state.FindClientToken(tx, o.id)
	return known != nil && known.Request == o.digest
}

// remember says that the request has been answered.
func (o once) remember(tx *store.Tx, now time.Time) {
	if o.id != "" {
		state.PutClientToken(tx, &state.ClientToken{ID: o.id, Request: o.digest, CreatedAt: now})
	}
}
