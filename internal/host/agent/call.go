package agent

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// call is an engine call that is about to be made. run makes it without the runner's
// lock, and returns what its outcome changes, which happens under the lock. What it
// needs of the task was read when it was planned, so nothing is read without the lock.
type call struct {
	on   resource
	run  run
	call *enginecall.Call
}

// run makes an engine call.
type run func(ctx context.Context) (apply func())

// runOf says how an action is carried out. The lock is held.
func (w *taskRunner) runOf(a action) run {
	switch a.verb {
	case createSandbox:
		return w.createSandbox()
	case startSandbox:
		return w.startSandbox()
	case examineSandbox:
		return w.examineSandbox()
	case removeSandbox:
		return w.removeSandbox()
	case makeVolume:
		return w.makeVolume(a.on.index)
	case readResources:
		return w.readResources()
	case find:
		return w.find(a.on.index)
	case pull:
		return w.pull(a.on.index)
	case create:
		return w.create(a.on.index)
	case discard:
		return w.discard(a.on.index)
	case openLog:
		return w.openLog(a.on.index)
	case start:
		return w.start(a.on.index)
	case stop:
		return w.stop(a.on.index)
	case examine:
		return w.examine(a.on.index)
	}
	panic("agent: no such action: " + string(a.verb))
}

// newCall marks what an action is about as busy. The lock is held.
func (w *taskRunner) newCall(a action) call {
	c := call{on: a.on, run: w.runOf(a), call: w.host.agent.calls.Begin(&w.group, finishes(a.verb))}
	switch a.verb {
	case find, pull, makeVolume, readResources, create:
		w.cuts[a.on] = c.call.CutOff
	}
	w.view.state(a.on).busy = true
	return c
}

// startCalls makes engine calls, each in a goroutine of its own; none when the host has
// ended, as nothing shall wait for it then.
func (w *taskRunner) startCalls(ctx context.Context, calls []call) {
	for _, c := range calls {
		if !w.host.Engine.Go(func() { w.runCalls(ctx, c) }) {
			c.call.End()
		}
	}
}

// runCalls makes an engine call, and then what its outcome leads to.
func (w *taskRunner) runCalls(ctx context.Context, c call) {
	for {
		next := w.makeCall(ctx, c)
		if len(next) == 0 {
			return
		}
		w.startCalls(ctx, next[1:])
		c = next[0]
	}
}

// makeCall makes one engine call and returns those that come next.
func (w *taskRunner) makeCall(ctx context.Context, c call) (next []call) {
	defer c.call.End()
	apply := c.run(c.call)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.view.state(c.on).busy = false
	if ctx.Err() != nil {
		return nil // the agent ends: what happened is found again at the next start
	}
	apply()
	w.publication.Touch()
	return w.step(ctx)
}

// finishes reports whether a call that has begun may finish when the agent ends: one
// that makes or removes something. Cut off, the engine would go on with it unseen, and
// the removal of everything would miss it then, or remove a container in the middle
// of its start.
func finishes(v verb) enginecall.AtEnd {
	switch v {
	case createSandbox, startSandbox, removeSandbox, makeVolume, create, discard, start:
		return enginecall.Finish
	default:
		return enginecall.CutOff
	}
}
