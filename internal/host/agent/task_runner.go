package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/publication"
)

// taskRunner runs a task that has something to do. It holds the task's status ahead of the
// store, which learns of it when ECS would show a difference.
type taskRunner struct {
	host     *host
	task     *state.Task                 // the row as it was found: its spec does not change
	instance *containerinstance.Instance // nil on Fargate
	maker    taskspec.Maker

	mu          sync.Mutex
	retired     bool
	abandoned   bool // it has ended without its engine
	view        plan.View
	on          containerinstance.Place // of the instance when the sandbox was made
	publication publication.Task
	group       enginecall.Group         // of its calls and news; under the lock of the tracker
	reporting   *enginecall.Call         // of the news that are on their way to the store
	images      map[int]imagepull.Found  // by container
	misfits     map[int]backend.Image    // by container, an image that is there for another platform
	stopping    map[int]stopping         // by container
	looks       map[int]int              // by container, how often its image has gone
	cuts        map[plan.Resource]func() // what cuts short what is under way
	unsure      bool                     // the engine may make a container of which the agent has not heard
	sandboxes   int                      // that could not start
	timer       *clock.Timer
}

// setTimer sets the only timer of the runner; the zero time is none.
func (w *taskRunner) setTimer(due time.Time, f func()) {
	if w.timer != nil {
		if w.timer.SetFor(due) {
			return
		}
		w.timer.Stop()
		w.timer = nil
	}
	if !due.IsZero() {
		w.timer = w.host.agent.Clock.At(due, f)
	}
}

// died notes that the engine saw a container end; the next step finds out how. late
// is for what happened while the agent did not listen.
func (w *taskRunner) died(on plan.Resource, late bool) {
	is := w.view.State(on)
	is.Exited, is.Late = true, late
	is.News++
}

// healthIs takes over what a health check found.
func (w *taskRunner) healthIs(on plan.Resource, health backend.Health) {
	if w.view.IsProxy(on) {
		return // the engine does not check it
	}
	if w.view.HealthIs(on, health, w.host.agent.Clock.Now()) {
		w.publication.Touch()
	}
}

// run makes an engine call.
type run func(ctx context.Context) (apply func())

// unanswered deals with a call that has to be made again: at once when a lost engine
// is back, after a while when the engine refuses it.
func (w *taskRunner) unanswered(ctx context.Context, what string, err error) (apply func()) {
	if errors.Is(err, backend.ErrUnavailable) || ctx.Err() != nil {
		return func() { w.host.Engine.Lost(err) }
	}
	w.host.agent.Log.Warn(what+"; retrying", "task", w.task.ARN, "error", w.said(err))
	enginecall.Rest(ctx)
	return func() {}
}

// said is an error of the engine for the log. The lock is not held.
func (w *taskRunner) said(err error) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view.Scrub(err.Error())
}
