package observe

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// condition is how a task of a generation counts; replaceUnhealthy of package fulfil stops those that are unhealthy.
func (v *View) condition(g *Generation, t *state.Task) Condition {
	switch {
	case t.Status.LastStatus != state.Running:
		return Pending
	case !g.Checked && v.Now.Before(HealthyFrom(t.Status.StartedAt)):
		return StartingRunning
	case !g.Checked || t.Health() == types.HealthStatusHealthy:
		return Healthy
	case t.Health() == types.HealthStatusUnhealthy && !v.Now.Before(v.graceEnd(t)):
		return Unhealthy
	case t.Unused():
		return Unused
	default:
		return StartingRunning
	}
}

// young counts the tasks of a generation without health checks that run, but not
// for long enough, and wakes when the next one does.
func (v *View) young(g *Generation) int {
	n := 0
	for _, s := range v.Summary.Starts {
		if from := HealthyFrom(s.At); s.DeploymentID == g.Of.ID && v.Now.Before(from) {
			n += s.Running
			v.Plan.Wake(from)
		}
	}
	return n
}

// graceEnd is until when a task's failing checks are ignored.
// Source: ECS API reference, healthCheckGracePeriodSeconds.
func (v *View) graceEnd(t *state.Task) time.Time {
	grace := v.Service.HealthCheckGracePeriodSeconds
	if grace == nil {
		return t.Status.StartedAt
	}
	return t.Status.StartedAt.Add(time.Duration(*grace) * time.Second)
}

// inGrace counts the tasks of a generation whose failing checks are ignored, and
// wakes when they no longer are.
func (v *View) inGrace(g *Generation) int {
	if v.Service.HealthCheckGracePeriodSeconds == nil || *v.Service.HealthCheckGracePeriodSeconds == 0 {
		return 0
	}
	n := 0
	for _, t := range v.Input.Tasks(g.Of.ID) {
		if t.Stop != nil || t.Status.LastStatus != state.Running || t.Health() != types.HealthStatusUnhealthy {
			continue
		}
		if end := v.graceEnd(t); v.Now.Before(end) {
			n++
			v.Plan.Wake(end)
		}
	}
	return n
}

// BecameHealthy reports whether a task of a generation has become healthy since the last failure.
func (v *View) BecameHealthy(g *Generation) bool {
	if g.Checked {
		return g.Counts.TurnedHealthy > g.Of.SeenHealthy
	}
	return slices.ContainsFunc(v.Summary.Starts, func(s state.StartCounts) bool {
		from := HealthyFrom(s.At)
		return s.DeploymentID == g.Of.ID && from.After(g.Of.FailedAt) && !v.Now.Before(from)
	})
}
