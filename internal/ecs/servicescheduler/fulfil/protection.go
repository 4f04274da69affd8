package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// sparing takes the protected tasks out of those that a scale-in or a deployment may stop, and
// notes that it could not stop them. One that fails its health checks, or whose container instance
// drains, is stopped all the same.
//
//	D 3 → 1, one protected: the two others stop.
//	D 3 → 1, two protected: the third one stops, and there are two until a protection ends.
//	D=2, 200/100, both old ones protected: start 2, and the deployment waits for the old ones.
//	D=2, 100/50, one old one protected: the other one is replaced; nothing more can start.
//
// What stops a task for another reason does not look at protection: health checks, StopTask, a
// container instance that drains or goes, the end of the service.
//
// Source: ECS developer guide, task scale-in protection.
func (e *Executor) sparing(g *observe.Generation, tasks []observe.Task) []observe.Task {
	if g.Counts.Protected == 0 {
		return tasks
	}
	spared := 0
	free := slices.DeleteFunc(tasks, func(t observe.Task) bool {
		keep := t.Protected && !t.Leaving && t.Condition != observe.Unhealthy
		if keep {
			spared++
		}
		return keep
	})
	if spared > 0 && e.spared == nil {
		e.spared = &scaleIn{g.Of.ID, spared}
	}
	return free
}

// scaleIn is one that protected tasks stand in the way of.
type scaleIn struct {
	deployment string
	protected  int
}

// announceProtection says that protected tasks keep the service from what is wanted, once
// nothing else is on its way.
func (e *Executor) announceProtection() {
	if e.spared == nil || e.Starting() > 0 || e.Present() != e.Active() {
		return
	}
	e.Plan.SayUnlessSaid(event.TasksProtected{Deployment: e.spared.deployment, Tasks: e.spared.protected})
}
