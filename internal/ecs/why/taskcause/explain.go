// Package taskcause finds why a task has stopped, waits, or runs and is not as wanted.
package taskcause

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Explain returns the causes of a task that is not as wanted or has stopped; none of one that is as wanted.
func Explain(f *why.Facts, t *state.Task) []why.Answer {
	return nil
}
