package cloudformation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// tokenOf is a request with a ClientRequestToken, which is of one stack: the same for all operations on it.
type tokenOf struct{ token, digest string }

// tokenIn is the token of a request, with a digest of all that the request says.
func tokenIn(ctx context.Context, token *string, in any) tokenOf {
	if aws.ToString(token) == "" {
		return tokenOf{}
	}
	return tokenOf{*token, digest(awsapi.FromContext(ctx).Operation, in)}
}

func digest(operation string, in any) string {
	text, _ := json.Marshal(in) // of the SDK's types, which have nothing that fails
	sum := sha256.Sum256(append([]byte(operation+" "), text...))
	return hex.EncodeToString(sum[:])
}

func (t tokenOf) on(stackID string) clienttoken.Request {
	if t.token == "" {
		return clienttoken.Request{}
	}
	return clienttoken.New(service+" "+stackID+" "+t.token, t.digest)
}

// repeats is whether the stack has seen the request before. The error is about another request with the token (CFN-14).
func (t tokenOf) repeats(tx *store.Tx, stackID string) (bool, error) {
	first, same := t.on(stackID).First(tx)
	if first == nil || same {
		return same, nil
	}
	return false, &types.TokenAlreadyExistsException{Message: awsapi.Textf(
		"The client request token %s has already been used for this stack. Retry the request with a different client request token", t.token)}
}

func (t tokenOf) remember(tx *store.Tx, stackID string, now time.Time) {
	t.on(stackID).Remember(tx, now, stackID)
}
