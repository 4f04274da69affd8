package servicediscovery

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

// once is a request with a CreatorRequestId or UpdaterRequestId, which SDKs make one for. A second one that is the same in
// all has nothing left to do, as long as what the first one made is there, and is answered like that. One that is not the
// same is a request of its own. Source: Cloud Map API reference, CreatorRequestId; what Cloud Map answers to a second
// request after the first is over has not been seen.
type once struct{ id, digest string }

func newOnce(ctx context.Context, token *string, request any) once {
	if aws.ToString(token) == "" {
		return once{}
	}
	call := awsapi.FromContext(ctx)
	text, _ := json.Marshal(request) // of types of the SDK, which have nothing that fails
	sum := sha256.Sum256(text)
	return once{id: "servicediscovery " + call.Operation + " " + call.Scope().Prefix() + *token, digest: hex.EncodeToString(sum[:])}
}

// first is what the same request has made and answered before; nil if there was none.
func (o once) first(tx *store.Tx) (made, answer *string) {
	if o.id == "" {
		return nil, nil
	}
	if known := state.FindClientToken(tx, o.id); known != nil && known.Request == o.digest {
		return &known.ARNs[0], &known.ARNs[1]
	}
	return nil, nil
}

// remember says what the request has made, and its answer.
func (o once) remember(tx *store.Tx, made, answer string, now time.Time) {
	if o.id != "" {
		state.PutClientToken(tx, &state.ClientToken{ID: o.id, Request: o.digest, ARNs: []string{made, answer}, CreatedAt: now})
	}
}
