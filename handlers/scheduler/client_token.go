package scheduler

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// repeats reports whether the same request has been answered before. What AWS answers to another request with the token
// of a first one has not been seen: it is a request of its own here. Source: EventBridge Scheduler API reference, ClientToken.
func repeats(tx *store.Tx, request clienttoken.Request) bool {
	_, same := request.First(tx)
	return same
}
