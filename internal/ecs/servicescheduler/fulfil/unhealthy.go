package fulfil

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// failedHealthChecks is the event of a task that is replaced.
func failedHealthChecks(t *state.Task) event.Event {
	g := t.UnhealthyTarget()
	if t.Status.HealthStatus == types.HealthStatusUnhealthy || g == nil {
		return event.FailedHealthChecks{Task: arn.Name(t.ARN)}
	}
	return unhealthyTarget(t, *g)
}

func unhealthyTarget(t *state.Task, g state.TaskTarget) event.Event {
	e := event.UnhealthyTarget{Task: arn.Name(t.ARN), Port: g.Port, Group: g.Group, Reason: g.Description}
	if strings.HasPrefix(g.ID, "i-") {
		e.Instance = g.ID
	}
	return e
}
