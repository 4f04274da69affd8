package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// protects reports whether a task is protected, and wakes when it no longer is.
func (p *planner) protects(t *state.Task) bool {
	if !t.Protected(p.now) {
		return false
	}
	p.wake(t.ProtectedUntil)
	return true
}

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
func (p *planner) sparing(g *generation, tasks []stopCandidate) []stopCandidate {
	if g.counts.Protected == 0 {
		return tasks
	}
	spared := 0
	free := slices.DeleteFunc(tasks, func(t stopCandidate) bool {
		keep := t.protected && !t.leaving && t.condition != unhealthy
		spared += count(keep)
		return keep
	})
	if spared > 0 && p.spared == nil {
		p.spared = &scaleIn{g.deployment.ID, spared}
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
func (p *planner) announceProtection() {
	if p.spared == nil || p.starting() > 0 || p.present() != p.active() {
		return
	}
	p.sayUnlessSaid(event.TasksProtected{Deployment: p.spared.deployment, Tasks: p.spared.protected})
}
