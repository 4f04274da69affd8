package task

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// tokenID is the key of a token: tokens are unique by operation and cluster.
func tokenID(operation string, cluster *state.Cluster, token string) string {
	return operation + "\x00" + cluster.ARN + "\x00" + token
}

// afterLastTask is how long a token outlives the last of its tasks.
// Source: ECS API reference, ensuring idempotency.
const afterLastTask = time.Hour

// remembered reports whether a token is known still; nil is one that never was. One that repeats is
// remembered until it is a day old.
func remembered(tx *store.Tx, known *clienttoken.Token, now time.Time, repeats bool) bool {
	return known != nil && now.Sub(known.CreatedAt) < clienttoken.Keep &&
		(repeats || now.Sub(lastStop(tx, known, now)) < afterLastTask)
}

// lastStop is when the last of a token's tasks stopped: now while one has not, and not
// before the token was made, as tasks may have been forgotten.
func lastStop(tx *store.Tx, known *clienttoken.Token, now time.Time) time.Time {
	last := known.CreatedAt
	for _, arn := range known.ARNs {
		t := state.FindTask(tx, arn)
		switch {
		case t == nil:
		case t.Status.StoppedAt.IsZero():
			return now
		case t.Status.StoppedAt.After(last):
			last = t.Status.StoppedAt
		}
	}
	return last
}

// runTaskDigest tells calls with one token apart, by what was sent: another way to
// write the same is another request (ECS0062).
func runTaskDigest(in *sdk.RunTaskInput) string {
	request := *in
	request.ClientToken = nil
	return kit.Digest(&request)
}

// errTokenReused names what the first call with the token made (ECS0062).
func errTokenReused(made []string) error {
	return &types.ConflictException{
		Message: aws.String("The RunTask request could not be processed due to conflicts. " +
			"The provided clientToken is already in use with a different request."),
		ResourceIds: made,
	}
}
