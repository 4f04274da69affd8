package inquiry

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestATaskThatHasEndedAsAskedIsAsWanted, and one that was replaced for its health is not, whatever its targets are by now.
func TestATaskThatHasEndedAsAskedIsAsWanted(t *testing.T) {
	ended := func(code int32, asked bool) state.Container {
		c := state.Container{Phase: state.ContainerStopped, ExitCode: aws.Int32(code), Ending: &state.Ending{}}
		if asked {
			c.Ending.StopAt = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
		}
		return c
	}
	exited := state.Stop{Code: types.TaskStopCodeEssentialContainerExited}
	scheduled := func(cause state.StopCause, reason string) state.Stop {
		return state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Cause: cause, Reason: reason}
	}
	for name, c := range map[string]struct {
		stop       state.Stop
		containers []state.Container
		want       bool
	}{
		"code 0":                         {exited, []state.Container{ended(0, false)}, true},
		"code 1":                         {exited, []state.Container{ended(1, false)}, false},
		"a sidecar that ECS stopped":     {exited, []state.Container{ended(0, false), ended(143, true)}, true},
		"a sidecar that failed":          {exited, []state.Container{ended(0, false), ended(1, false)}, false},
		"scaled in":                      {scheduled(state.StopScaledIn, ""), nil, true},
		"failed checks of its group":     {scheduled(state.StopUnhealthy, "Task failed ELB health checks in (target-group arn)"), nil, false},
		"failed checks, a row of before": {scheduled("", "Task failed ELB health checks in (target-group arn)"), nil, false},
	} {
		row := &state.Task{Spec: &state.TaskSpec{}, Stop: &c.stop, Status: state.TaskStatus{Containers: c.containers}}
		if got := endedAsWanted(row); got != c.want {
			t.Errorf("%s: as wanted is %t", name, got)
		}
	}
}
