package agent

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// lastStatus is the status that ECS shows. It never goes back: its writer
// keeps the furthest.
func lastStatus(v *view) string {
	all := func(phases ...state.ContainerPhase) bool {
		for i := range v.status.Containers {
			found := false
			for _, phase := range phases {
				found = found || v.status.Containers[i].Phase == phase
			}
			if !found {
				return false
			}
		}
		return true
	}
	switch {
	case v.stop != nil && v.sandbox == sandboxGone:
		return state.Stopped
	case v.stop != nil && v.provisions() && all(state.ContainerStopped) && !v.unreported() && !v.now.Before(v.deprovisionAt()):
		return state.Deprovisioning
	case v.stop != nil && v.deactivates() && !v.unreported():
		return state.Deactivating
	case v.stop != nil:
		return v.status.LastStatus // ECS0065: it keeps its status while containers stop
	case v.sandbox != sandboxRunning && !v.provisions():
		return state.Pending
	case v.sandbox != sandboxRunning || v.lacksVolume():
		return state.Provisioning
	case all(state.ContainerRunning, state.ContainerStopped) && v.activates() && v.status.LastStatus != state.Running:
		return state.Activating
	case all(state.ContainerRunning, state.ContainerStopped):
		return state.Running
	default:
		return state.Pending
	}
}

// taskHealth sums up the essential containers that have a health check (ECS0069); it is
// empty where none has.
// Source: ECS developer guide, container health checks.
func taskHealth(v *view) types.HealthStatus {
	checked, decisive, healthy := 0, 0, 0
	for i := range v.definitions {
		d, c := &v.definitions[i], &v.status.Containers[i]
		if d.HealthCheck == nil {
			continue
		}
		checked++
		if !taskdef.Essential(d) {
			continue
		}
		decisive++
		switch c.HealthStatus {
		case types.HealthStatusUnhealthy:
			return types.HealthStatusUnhealthy
		case types.HealthStatusHealthy:
			healthy++
		}
	}
	switch {
	case checked == 0:
		return ""
	case decisive > 0 && healthy == decisive:
		return types.HealthStatusHealthy
	default:
		return types.HealthStatusUnknown
	}
}

// allStopped reports whether no container runs any more, or will.
func (v *view) allStopped() bool {
	return !slices.ContainsFunc(v.status.Containers, func(c state.Container) bool {
		return c.Phase != state.ContainerStopped
	})
}
