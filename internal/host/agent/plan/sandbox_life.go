package plan

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

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
