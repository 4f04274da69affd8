package plan

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
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

// LeaveProvisioning gives the containers of a task on Fargate their runtimeId, and settles what is known of its images. The
// agent looks those up while the network interface is made. Fargate does that afterwards, so the pull begins no earlier, and
// a task that is stopped before knows of none (ECS0067).
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

// HealthIs takes over what a health check found, which engines tell: Docker judges the exit codes by itself, and the simulation
// in backend/sim/health.go. It reports whether that is new.
func (v *View) HealthIs(on Resource, health backend.Health, now time.Time) (changed bool) {
	if on == Sandbox || v.Definitions[on.Index].HealthCheck == nil {
		return false
	}
	c := &v.Status.Containers[on.Index]
	status := map[backend.Health]types.HealthStatus{
		backend.Healthy: types.HealthStatusHealthy, backend.Unhealthy: types.HealthStatusUnhealthy,
	}[health]
	if status == "" {
		status = types.HealthStatusUnknown
	}
	if c.HealthStatus == status {
		return false
	}
	c.HealthStatus, c.HealthSince = status, now
	return true
}

// NoteLife notes since when a task's sandbox and its container instance, if that is its network, run, by the engine's
// own times. What runs inside since before that is in an earlier life of theirs, which is over: then the task's life
// began there.
func NoteLife(s *state.TaskStatus, sandbox backend.Container, inside []backend.Container, instance time.Time) {
	s.SandboxSince = sandbox.StartedAt
	for _, c := range inside {
		if c.State == backend.Running && c.StartedAt.Before(s.SandboxSince) {
			s.SandboxSince = c.StartedAt
		}
	}
	if s.InstanceSince.IsZero() {
		s.InstanceSince = instance
	}
	if !s.SandboxSince.IsZero() && s.SandboxSince.Before(s.InstanceSince) {
		s.InstanceSince = s.SandboxSince
	}
}
