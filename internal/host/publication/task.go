package publication

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Task is how far the store knows of a task whose status the agent holds ahead of it. The
// task's lock protects it.
type Task struct {
	stage stage
	// Shown is the lastStatus that the store has or is about to have.
	Shown string
	// Stop says that the store knows, or is about to know, that the task shall stop.
	Stop bool
	// steps are the statuses that ECS sends an event for and that the store does not
	// have yet, the oldest first.
	steps []state.TaskStep
	// beyond: the status has changed after the last of steps.
	beyond bool
	// Ending: the agent stops the task; the status that follows announces it.
	Ending bool
}

// stage is where news of a task are.
type stage int

const (
	known       stage = iota // the store has everything
	changed                  // there is something that may wait for more to come
	queued                   // the publisher is about to take all there is by then
	sent                     // the publisher has taken it, the store does not have it yet
	sentChanged              // and there is more since
)

// Known reports whether the store has everything.
func (p *Task) Known() bool { return p.stage == known }

// Touch notes that the status has changed.
func (p *Task) Touch() {
	p.beyond = true
	switch p.stage {
	case known:
		p.stage = changed
	case sent:
		p.stage = sentChanged
	}
}

// Enqueue reports whether the publisher has to be told: there is something that ECS
// shows, or anything at all and the task comes to rest. While news are on their way,
// what comes after them waits.
func (p *Task) Enqueue(lastStatus string, stops, rest bool) bool {
	if p.stage != known && p.stage != changed {
		return false
	}
	shows := lastStatus != p.Shown || stops && !p.Stop || len(p.steps) > 0
	if !shows && !(rest && p.stage == changed) {
		return false
	}
	p.stage = queued
	return true
}

// Take hands over what there is: the last step is how the task is now.
func (p *Task) Take(status *state.TaskStatus, stop *state.Stop) []state.TaskStep {
	steps := p.steps
	if p.beyond || len(steps) == 0 {
		steps = append(steps, state.TaskStep{Status: status.Clone(), Stop: stop})
	}
	p.stage, p.Shown, p.steps, p.beyond = sent, status.LastStatus, nil, false
	p.Stop = p.Stop || stop != nil
	return steps
}

// Land notes that the store has what was taken.
func (p *Task) Land() {
	switch p.stage {
	case sent:
		p.stage = known
	case sentChanged:
		p.stage = changed
	}
}

// Announce keeps a status that has come, if ECS sends an event for it.
func (p *Task) Announce(status *state.TaskStatus, stop *state.Stop, now time.Time) {
	if !announced[status.LastStatus] && !p.Ending {
		return
	}
	if p.Ending {
		now = stop.At
	}
	p.steps = append(p.steps, state.TaskStep{Status: status.Clone(), Stop: stop, Announced: true, At: now})
	p.Ending, p.beyond = false, false
}

// AnnounceContainer keeps a status in which a container has ended and the task runs on,
// which is an event of its own. Source: recorded events of a task of three containers.
func (p *Task) AnnounceContainer(status *state.TaskStatus, now time.Time) {
	p.steps = append(p.steps, state.TaskStep{Status: status.Clone(), Announced: true, At: now})
	p.beyond = false
}

// announced are the statuses whose coming ECS sends an event for, which raises the
// task's version. When the agent stops a task, the event of the status that follows
// tells of that as well. Source: the version totals of recorded Fargate tasks, which
// leave no room for STOPPING (ECS0001, ECS0065). No recorded one had targets, so ACTIVATING
// and DEACTIVATING are without a source.
var announced = map[string]bool{
	state.Pending: true, state.Activating: true, state.Running: true, state.Deactivating: true,
	state.Deprovisioning: true, state.Stopped: true,
}
