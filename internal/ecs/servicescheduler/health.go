package servicescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// condition is how a task of a generation counts; replaceUnhealthy in executor.go stops those that are unhealthy.
func (p *planner) condition(g *generation, t *state.Task) condition {
	switch {
	case t.Status.LastStatus != state.Running:
		return pending
	case !g.checked && p.now.Before(healthyFrom(t.Status.StartedAt)):
		return startingRunning
	case !g.checked || t.Health() == types.HealthStatusHealthy:
		return healthy
	case t.Health() == types.HealthStatusUnhealthy && !p.now.Before(p.graceEnd(t)):
		return unhealthy
	case t.Unused():
		return unused
	default:
		return startingRunning
	}
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
