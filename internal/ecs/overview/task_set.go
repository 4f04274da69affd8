package overview

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// setsOf are the task sets of a service, newest first; none where it deploys.
func setsOf(tx *store.Tx, s *state.Service) []*taskset.TaskSet {
	if s.Deploys() {
		return nil
	}
	return taskset.Of(tx, s.ARN)
}

func readTaskSet(t *taskset.TaskSet, status string, counts state.DeploymentCounts) TaskSet {
	stability, since := t.StabilityStatus()
	return TaskSet{
		ID: t.ID, ExternalID: t.ExternalID, Status: status, StabilityStatus: string(stability), StabilityStatusAt: since,
		TaskDefinition: arn.Name(t.Revision.TaskDefinition), Scale: t.Scale, Desired: t.DesiredCount,
		Running: counts.ActiveRunning, Pending: counts.ActivePending(), CreatedAt: t.CreatedAt,
	}
}

// taskSetsNotAsWanted asks for each task set to be steady, and for none to be on its way out. A service without task sets is as
// wanted: nothing was asked for.
func taskSetsNotAsWanted(sets []TaskSet) string {
	for _, t := range sets {
		switch {
		case t.Status == taskset.Draining:
			return fmt.Sprintf("task set %s of %s is DRAINING", t.ID, t.TaskDefinition)
		case t.StabilityStatus != string(types.StabilityStatusSteadyState):
			return fmt.Sprintf("task set %s of %s is STABILIZING: %d of %d tasks are RUNNING", t.ID, t.TaskDefinition, t.Running, t.Desired)
		}
	}
	return ""
}
