package overview

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ReadService reads one service, which is not INACTIVE.
func ReadService(tx *store.Tx, s *state.Service, o Options) Service { return readService(tx, s, o) }

// ReadStack reads one stack. NotAsWanted is empty of one that is as wanted.
func ReadStack(tx *store.Tx, s *cloudformation.Stack) Stack {
	shown := readStack(tx, s)
	if s.Status.AsWanted() {
		shown.NotAsWanted, shown.Settled = "", false
	}
	return shown
}

// TaskNotAsWanted is why a task is not as wanted; empty: it is, or has STOPPED.
func TaskNotAsWanted(t *state.Task) string { return taskNotAsWanted(t) }
