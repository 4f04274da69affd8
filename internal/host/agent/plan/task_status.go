package plan

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// LastStatus is the status that ECS shows. It never goes back: its writer
// keeps the furthest.
func LastStatus(v *View) string {
	all := func(phases ...state.ContainerPhase) bool {
		for i := range v.Status.Containers {
			found := false
			for _, phase := range phases {
				found = found || v.Status.Containers[i].Phase == phase
			}
			if !found {
				return false
			}
		}
		return true
	}
	switch {
	case v.Stop != nil && v.Sandbox == SandboxGone:
		return state.Stopped
	case v.Stop != nil && v.Provisions() && all(state.ContainerStopped) && !v.Unreported() && !v.Now.Before(v.deprovisionAt()):
		return state.Deprovisioning
	case v.Stop != nil && v.deactivates() && !v.Unreported():
		return state.Deactivating
	case v.Stop != nil:
		return v.Status.LastStatus // ECS0065: it keeps its status while containers stop
	case v.Sandbox != SandboxRunning && !v.Provisions():
		return state.Pending
	case v.Sandbox != SandboxRunning || v.lacksVolume():
		return state.Provisioning
	case all(state.ContainerRunning, state.ContainerStopped) && v.activates() && v.Status.LastStatus != state.Running:
		return state.Activating
	case all(state.ContainerRunning, state.ContainerStopped):
		return state.Running
	default:
		return state.Pending
	}
}

// Health sums up the essential containers that have a health check (ECS0069); it is
// empty where none has.
// Source: ECS developer guide, container health checks.
func Health(v *View) types.HealthStatus {
	checked, decisive, healthy := 0, 0, 0
	for i := range v.Definitions {
		d, c := &v.Definitions[i], &v.Status.Containers[i]
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

// AllStopped reports whether no container runs any more, or will.
func (v *View) AllStopped() bool {
	return !slices.ContainsFunc(v.Status.Containers, func(c state.Container) bool {
		return c.Phase != state.ContainerStopped
	})
}
