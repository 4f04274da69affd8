package servicecause

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAReasonOfAUserMakesNoFailure: StopTask takes any reason.
func TestAReasonOfAUserMakesNoFailure(t *testing.T) {
	const reason = "Task failed container health checks"
	for name, c := range map[string]struct {
		stop state.Stop
		want bool
	}{
		"by the scheduler":            {state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Cause: state.StopUnhealthy, Reason: reason}, true},
		"by the scheduler, of before": {state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Reason: reason}, true},
		"by a user":                   {state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: reason}, false},
	} {
		if got := failed(&state.Task{Stop: &c.stop}); got != c.want {
			t.Errorf("%s: failed is %t", name, got)
		}
	}
}
