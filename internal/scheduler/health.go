package scheduler

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// healthyAfter is for how long a task without health checks must have been RUNNING
// to count as healthy. Source: ECS API reference, minimumHealthyPercent.
const healthyAfter = 40 * time.Second

// Does not compile unless starts are counted for long enough to know.
const _ = uint(state.StartsKept - healthyAfter - 2*time.Second)

// healthyFrom is when a task without health checks counts as healthy. It is a whole
// second, as the counts of starts are (see state.StartCounts).
func healthyFrom(startedAt time.Time) time.Time {
	from := startedAt.Truncate(time.Millisecond).Add(healthyAfter)
	if whole := from.Truncate(time.Second); !whole.Equal(from) {
		from = whole.Add(time.Second)
	}
	return from
}

// young counts the tasks of a deployment without health checks that run, but not
// for long enough, and wakes when the next one does.
func (p *planner) young(g *generation) int {
	n := 0
	for _, s := range p.in.Summary.Starts {
		if from := healthyFrom(s.At); s.DeploymentID == g.deployment.ID && p.now.Before(from) {
			n += s.Running
			p.wake(from)
		}
	}
	return n
}

// graceEnd is until when a task's failing checks are ignored.
// Source: ECS API reference, healthCheckGracePeriodSeconds.
func (p *planner) graceEnd(t *state.Task) time.Time {
	grace := p.service.HealthCheckGracePeriodSeconds
	if grace == nil {
		return t.Status.StartedAt
	}
	return t.Status.StartedAt.Add(time.Duration(*grace) * time.Second)
}

// inGrace counts the tasks of a deployment whose failing checks are ignored, and
// wakes when they no longer are.
func (p *planner) inGrace(g *generation) int {
	if p.service.HealthCheckGracePeriodSeconds == nil || *p.service.HealthCheckGracePeriodSeconds == 0 {
		return 0
	}
	n := 0
	for _, t := range p.in.Tasks(g.deployment.ID) {
		if t.Stop != nil || t.Status.LastStatus != state.Running || t.Health() != types.HealthStatusUnhealthy {
			continue
		}
		if end := p.graceEnd(t); p.now.Before(end) {
			n++
			p.wake(end)
		}
	}
	return n
}
