// Package abandon ends tasks that nothing runs any more.
package abandon

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
)

// atOnce is how many tasks one transaction abandons; it holds the write lock.
const atOnce = 200

// Tasks ends all tasks whose containers are gone together with what ran them, and
// returns how many. It must not be called while an agent runs. The stop code is that
// of tasks whose host ended: for a service they are no failures of its deployment. on says which tasks; nil is all.
// Source: ECS developer guide, stopped task error codes, for the code.
func Tasks(rows *store.Store, now time.Time, reason string, on func(*state.Task) bool) (n int, err error) {
	var tasks []*state.Task
	for _, t := range state.AllTasks(rows.Read()) {
		if !t.Ended() && !t.Placement.ByHand && !t.Waits() && (on == nil || on(t)) { // those run elsewhere, or nowhere yet
			tasks = append(tasks, t)
		}
	}
	for some := range slices.Chunk(tasks, atOnce) {
		err := rows.Update(func(tx *store.Tx) error {
			for _, t := range some {
				stop := &state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: reason, At: now}
				step := state.TaskStep{Status: abandoned(t, now), Stop: stop, Announced: true, At: now}
				if err := state.PutTaskStatus(tx, t.ARN, step); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		n += len(some)
	}
	return n, nil
}

// abandoned is the last status of a task; how its containers ended is unknown.
func abandoned(t *state.Task, now time.Time) state.TaskStatus {
	s := t.Status.Clone()
	for i := range s.Containers {
		if c := &s.Containers[i]; c.Phase != state.ContainerStopped {
			c.Phase, c.StoppedAt, c.ExecAgent = state.ContainerStopped, now, execagent.End(c.ExecAgent)
		}
	}
	if s.ExecutionStoppedAt.IsZero() && !s.ConnectivityAt.IsZero() {
		s.ExecutionStoppedAt = now
	}
	s.LastStatus, s.StoppedAt = state.Stopped, now
	if t.Spec.HasInterface() {
		s.Attachment.Status = "DELETED"
	}
	return s
}
