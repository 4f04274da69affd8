package plan

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
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

// LeaveProvisioning gives containers their runtimeId, and settles what is known of
// images, which are looked up while the network interface is made. On Fargate that comes
// after it, so the pull begins no earlier, and a task that is stopped before knows of
// none (ECS0067).
func (v *View) LeaveProvisioning(taskARN, next string) {
	s, now := v.Status, v.Now
	if next != state.Deprovisioning {
		for i := range s.Containers { // ECS0071: before anything runs
			s.Containers[i].RuntimeID = arn.RuntimeID(arn.Name(taskARN), s.Containers[i].Name)
		}
		for _, at := range []*time.Time{&s.PullStartedAt, &s.PullStoppedAt} {
			if !at.IsZero() {
				*at = now
			}
		}
		return
	}
	s.PullStartedAt, s.PullStoppedAt = time.Time{}, time.Time{}
	for i := range s.Containers {
		s.Containers[i].ImageDigest = ""
	}
}

// End notes that the task is STOPPED now.
func (v *View) End() {
	s := v.Status
	s.StoppedAt = v.Now
	if !v.Plain {
		s.Attachment.Status = "DELETED"
	}
	if s.Volume.Status != "" {
		s.Volume.Status = "DELETED" // the attachment, whether or not the volume stays
	}
}

// LoseLog is the end of a task on Fargate for want of a log: no container has an exit code, a
// reason or a digest, but the task has times of a pull.
func (v *View) LoseLog(now time.Time) {
	for _, at := range []*time.Time{&v.Status.PullStartedAt, &v.Status.PullStoppedAt} {
		if at.IsZero() {
			*at = now
		}
	}
	for i := range v.Status.Containers {
		v.Status.Containers[i].ImageDigest = ""
	}
}
