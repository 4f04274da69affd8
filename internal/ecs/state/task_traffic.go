package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TaskTraffic is where requests find one of the tasks of a service: in target groups and in services of Cloud Map.
// Package tasktraffic writes it: the agent waits for it with the start and the stop of the
// containers, and the scheduler with the service.
type TaskTraffic struct {
	// RegisteredAt is when it was registered; zero: it is not yet.
	RegisteredAt time.Time
	// DeregisteredAt is when it was deregistered, and DrainedAt when requests under way
	// have had their time; it is zero until no load balancer, resolver or proxy leads new ones there.
	DeregisteredAt, DrainedAt time.Time
	Targets                   []TaskTarget
	// Registrations are in services of Cloud Map: of the service's registry, and of its endpoints of Service Connect.
	Registrations []TaskRegistration
}

func (s *TaskSpec) Balanced() bool { return len(s.LoadBalancers) > 0 }

// HasTraffic reports whether a task is registered anywhere before it is RUNNING.
func (s *TaskSpec) HasTraffic() bool {
	return s.Leads() || s.Connect != nil && len(s.Connect.Services) > 0
}

// Registered reports whether a task has been registered, as far as it can be.
func (t *Task) Registered() bool { return t.Traffic != nil && !t.Traffic.RegisteredAt.IsZero() }

// UnhealthyTarget is the first target that fails its health checks, or nil.
func (t *Task) UnhealthyTarget() *TaskTarget {
	if t.Traffic == nil {
		return nil
	}
	for i := range t.Traffic.Targets {
		if t.Traffic.Targets[i].State == TargetUnhealthy {
			return &t.Traffic.Targets[i]
		}
	}
	return nil
}

// UnhealthyInstance reports whether a task that fails the checks of its containers is an instance in Cloud Map
// with custom health.
func (t *Task) UnhealthyInstance() bool {
	return t.Traffic != nil && t.Status.HealthStatus == types.HealthStatusUnhealthy &&
		slices.ContainsFunc(t.Traffic.Registrations, func(r TaskRegistration) bool { return r.CustomHealth })
}

// lost reports whether a target of the task was taken away.
func (t *Task) lost() bool {
	return t.Traffic != nil && slices.ContainsFunc(t.Traffic.Targets, func(g TaskTarget) bool { return g.Lost != "" })
}

// Unused reports whether a target of the task cannot become healthy as things stand: it is not in
// use, it has been taken away, or it could not be registered.
func (t *Task) Unused() bool {
	return t.Traffic != nil && slices.ContainsFunc(t.Traffic.Targets, func(g TaskTarget) bool {
		return g.State == TargetUnused || g.Lost != "" || g.Refused != ""
	})
}

// Health sums up what the checks of containers and of targets say of a task. That a target is
// not in use, or not yet checked, leaves it unknown.
// Source: ECS API reference, minimumHealthyPercent.
func (t *Task) Health() types.HealthStatus {
	own := t.Status.HealthStatus
	if !t.Spec.Balanced() || own == types.HealthStatusUnhealthy {
		return own
	}
	switch {
	case t.UnhealthyTarget() != nil:
		return types.HealthStatusUnhealthy
	case t.Spec.Checked && own != types.HealthStatusHealthy, !t.Registered(),
		slices.ContainsFunc(t.Traffic.Targets, func(g TaskTarget) bool { return g.State != TargetHealthy }):
		return types.HealthStatusUnknown
	default:
		return types.HealthStatusHealthy
	}
}

// OnTasksWithTraffic wakes with the ARN of each task that changes and is registered anywhere.
func OnTasksWithTraffic() store.Source {
	return store.On(tasks, func(before, after *Task) []string {
		if after == nil || !after.Spec.HasTraffic() {
			return nil
		}
		return []string{after.ARN}
	})
}
