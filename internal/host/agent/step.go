package agent

import (
	"cmp"
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
	"github.com/ecs-emulator/ecs-emulator/internal/host/publication"
)

// advance goes as far as it can without waiting, and makes the engine calls that come next. The lock is held.
func (w *taskRunner) advance(ctx context.Context) { w.startCalls(ctx, w.step(ctx)) }

// step goes as far as it can without waiting, publishes the result, and returns the calls that come next. The lock is held.
func (w *taskRunner) step(ctx context.Context) (calls []call) {
	if w.retired || ctx.Err() != nil || w.abandons() || w.host.Engine.Health() != nil || w.unheard() {
		w.retireIfOver()
		w.view.HeldUntil = time.Time{}
		return nil
	}
	for {
		w.view.Now = w.host.agent.Clock.Now()
		w.view.HeldUntil = cmp.Or(w.view.HeldUntil, w.view.Now)
		w.deriveStatus()
		if due := w.view.StartsBy(); !due.IsZero() && !w.view.Now.Before(due) {
			w.fail("Task failed to start: it has not reached RUNNING in 3 hours")
		}
		if w.view.Stop != nil {
			w.host.ports.Leave(w.task.ARN) // before the calls that stop it
		}
		actions, again := plan.Next(&w.view)
		if w.applyNow(actions) {
			continue
		}
		rest := len(actions) == 0 || w.aboutToPull(actions) || w.view.AboutToRestart(actions)
		w.publish(rest && !w.view.Unreported())
		for _, a := range actions {
			if a.Verb != plan.CutShort {
				calls = append(calls, w.newCall(a))
			}
		}
		w.setTimer(again, func() { w.wake(ctx) })
		if !w.view.Busy() && again.IsZero() && w.publication.Known() {
			w.host.retire(w)
		}
		return calls
	}
}

// unheard: the container agent has not been told of the task, as it is not connected.
func (w *taskRunner) unheard() bool {
	return w.view.Sandbox == plan.SandboxNone && w.view.Stop == nil && w.host.cutFromStore(w.task, nil)
}

// retireIfOver forgets the runner of a task that the store knows to have stopped: an
// engine that is lost keeps only others waiting.
func (w *taskRunner) retireIfOver() {
	if !w.retired && w.publication.Known() && w.publication.Shown == state.Stopped && !w.view.Busy() {
		w.host.retire(w)
	}
}

// aboutToPull notes that a pull begins, which may take long enough to be seen.
func (w *taskRunner) aboutToPull(actions []plan.Action) bool {
	for _, a := range actions {
		if a.Verb != plan.Pull {
			continue
		}
		if s := w.view.Status; s.PullStartedAt.IsZero() {
			s.PullStartedAt = w.view.Now
			w.publication.Touch()
		}
		return true
	}
	return false
}

// wake looks at the task although nothing has happened.
func (w *taskRunner) wake(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.advance(ctx)
}

// applyNow does the steps that need no engine, and reports whether there were any.
func (w *taskRunner) applyNow(actions []plan.Action) (any bool) {
	for _, a := range actions {
		switch a.Verb {
		case plan.CutShort:
			if cut := w.cuts[a.On]; cut != nil {
				cut()
				delete(w.cuts, a.On)
			}
			continue
		case plan.Skip:
			w.containerStopped(a.On.Index, w.view.Now)
			if w.view.AllStopped() && !w.view.Status.PullStartedAt.IsZero() && w.view.Status.LastStatus != state.Provisioning {
				w.view.StopExecution(w.view.Now) // ECS0067
			}
		case plan.GiveUp:
			w.containerGivenUp(a.On.Index, a.Why)
		default:
			continue
		}
		any = true
	}
	return any
}

// deriveStatus derives what ECS shows from what the containers do.
func (w *taskRunner) deriveStatus() {
	s, now := w.view.Status, w.view.Now
	if health := plan.Health(&w.view); health != s.HealthStatus {
		s.HealthStatus = health
		w.publication.Touch()
	}
	if w.view.NextExecAgents() {
		w.publication.Touch()
	}
	if w.view.NextVolumeStatus(w.task) {
		w.publication.Touch()
	}
	next := plan.LastStatus(&w.view)
	if !state.Before(s.LastStatus, next) {
		return
	}
	if s.LastStatus == state.Provisioning && w.instance == nil {
		w.view.LeaveProvisioning(w.task.ARN, next)
	}
	if next == state.Stopped && !w.view.Provisions() && w.publication.Ending {
		// Without DEPROVISIONING there is no other event of the end. Source: recorded
		// version totals of tasks on EC2.
		w.publication.Announce(s, w.view.Stop, now)
	}
	s.LastStatus = next
	w.publication.Touch()
	switch next {
	case state.Running:
		s.StartedAt = now
		w.running()
	case state.Stopped:
		w.view.End()
	}
	w.publication.Announce(s, w.view.Stop, now)
}

// running opens the task to the host.
func (w *taskRunner) running() {
	attrs := []any{"task", w.task.ARN}
	if ip := w.view.Status.Attachment.PrivateIPv4; ip != "" {
		attrs = append(attrs, "ip", ip)
	} else if sharesNetwork(w.task) {
		attrs = append(attrs, "ip", w.on.IP)
	}
	if ports := w.openPorts(); len(ports) > 0 || !w.host.Engine.Simulated() {
		attrs = append(attrs, "ports", ports)
	}
	if _, without := w.host.ports.Of(w.task.ARN); len(without) > 0 {
		attrs = append(attrs, "noHostPortFor", without)
	}
	w.host.agent.Log.Info("task is running", attrs...)
}

// publish has the status written to the store when ECS would show a difference, or
// when the task comes to rest. The lock is held.
func (w *taskRunner) publish(rest bool) {
	if w.host.cutFromStore(w.task, w.view.Stop) {
		return
	}
	if w.publication.Enqueue(w.view.Status.LastStatus, w.view.ReportedStop() != nil, rest) {
		w.reporting = w.host.calls.Begin(&w.group, enginecall.CutOff)
		w.host.agent.publisher.Add(w)
	}
}

// News implements publication.Source.
func (w *taskRunner) News() publication.News {
	w.mu.Lock()
	defer w.mu.Unlock()
	return publication.News{TaskARN: w.task.ARN, Steps: w.publication.Take(w.view.Status, w.view.ReportedStop())}
}

// Published goes on with a task when the store knows of it. An agent that ends
// before finds everything again at the next start.
func (w *taskRunner) Published(ctx context.Context, n publication.News, stored bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.reporting.End()
	if !stored {
		return
	}
	w.publication.Land()
	if n.Steps[len(n.Steps)-1].Status.LastStatus == state.Stopped && !w.retired {
		w.release(ctx)
	}
	w.advance(ctx)
}

// release gives back what a stopped task had; its containers stay a while for their output.
func (w *taskRunner) release(ctx context.Context) {
	s := w.view.Status
	w.host.ports.Close(w.task.ARN)
	w.host.agent.interfaces.Leave(w.task.ARN)
	left := leftover.Task{ARN: w.task.ARN, Volumes: w.maker.OwnVolumes(), Unsure: w.unsure}
	for _, c := range s.Containers {
		if c.EngineID != "" {
			left.IDs = append(left.IDs, c.EngineID)
		}
	}
	w.host.forget(append(left.IDs, s.SandboxID)...)
	switch {
	case !w.abandoned:
		w.host.leftovers.Add(ctx, left)
	case w.host.Engine.Health() == nil: // it was back before the store knew of the end; else it is looked at then
		w.host.lookAgain(ctx)
	}
	w.host.agent.Log.Info("task has stopped", "task", w.task.ARN,
		"code", w.view.Stop.Code, "reason", w.view.Stop.Reason)
}
