package agent

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
)

// call is an engine call that is about to be made. run makes it without the runner's
// lock, and returns what its outcome changes, which happens under the lock. What it
// needs of the task was read when it was planned, so nothing is read without the lock.
type call struct {
	on   plan.Resource
	run  run
	call *enginecall.Call
}

// runOf says how an action is carried out. The lock is held.
func (w *taskRunner) runOf(a plan.Action) run {
	switch a.Verb {
	case plan.CreateSandbox:
		return w.createSandbox()
	case plan.StartSandbox:
		return w.startSandbox()
	case plan.ExamineSandbox:
		return w.examineSandbox()
	case plan.RemoveSandbox:
		return w.removeSandbox()
	case plan.MakeVolume:
		return w.makeVolume(a.On.Index)
	case plan.ReadResources:
		return w.readResources()
	case plan.Find:
		return w.find(a.On.Index)
	case plan.Pull:
		return w.pull(a.On.Index)
	case plan.Create:
		return w.create(a.On.Index)
	case plan.Discard:
		return w.discard(a.On.Index)
	case plan.OpenLog:
		return w.openLog(a.On.Index)
	case plan.Start:
		return w.start(a.On.Index)
	case plan.Stop:
		return w.stop(a.On.Index)
	case plan.Examine:
		return w.examine(a.On.Index)
	}
	panic("agent: no such action: " + string(a.Verb))
}

// newCall marks what an action is about as busy. The lock is held.
func (w *taskRunner) newCall(a plan.Action) call {
	c := call{on: a.On, run: w.runOf(a), call: w.host.calls.Begin(&w.group, a.Verb.AtEnd())}
	switch a.Verb {
	case plan.Find, plan.Pull, plan.MakeVolume, plan.ReadResources, plan.Create:
		w.cuts[a.On] = c.call.CutOff
	}
	w.view.State(a.On).Busy = true
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
	is := w.view.State(c.on)
	is.Busy, is.Stuck = false, false
	if ctx.Err() != nil {
		return nil // the agent ends: what happened is found again at the next start
	}
	if w.abandoned {
		if !w.view.Busy() { // the engine may make later what the list of its return does not have
			w.host.leftovers.Add(ctx, leftover.Task{ARN: w.task.ARN, Unsure: true})
		}
		return w.step(ctx)
	}
	apply()
	w.publication.Touch()
	return w.step(ctx)
}
