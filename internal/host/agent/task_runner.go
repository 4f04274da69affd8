package agent

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
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
	view        plan.View
	on          containerinstance.Place // of the instance when the sandbox was made
	publication publication.Task
	group       enginecall.Group         // of its calls and news; under the lock of the tracker
	reporting   *enginecall.Call         // of the news that are on their way to the store
	images      map[int]string           // their ids, by container
	cuts        map[plan.Resource]func() // what cuts short what is under way
	unsure      bool                     // the engine may make a container of which the agent has not heard
	sandboxes   int                      // that could not start
	timer       *clock.Timer
}

func newTaskRunner(h *host, t *state.Task) *taskRunner {
	w := &taskRunner{
		host: h, task: t, images: map[int]string{}, cuts: map[plan.Resource]func(){},
		publication: publication.Task{Shown: t.Status.LastStatus, Stop: t.Stop != nil},
	}
	stop := t.Stop
	if h.cutFromStore(t, stop) {
		stop = nil
	}
	status := t.Status.Clone()
	w.view = plan.NewView(&status, stop, !t.Spec.HasInterface())
	if t.Stop == nil && status.End != nil { // found before a restart
		w.view.Stop = status.End
		w.publication.Touch()
		w.publication.Ending = true
	}
	w.maker = taskspec.Maker{
		Task: t, View: &w.view, OnInstance: !t.OnFargate(), Volumes: h.Volumes,
		Endpoints: h.agent.Endpoints, Variables: h.agent.Variables, AssumesRole: h.agent.AssumesRole,
	}
	w.view.CreatedAt, w.view.Targets.Wanted = t.Spec.CreatedAt, t.Spec.HasTraffic()
	w.takeTargets(t)
	w.view.StrictExec = h.agent.StrictExec
	if fault := h.agent.ExecAgentFault; fault != nil {
		w.view.Exec = func(container string) execagent.Effect { return fault(t, container) }
	}
	if w.instance = h.containerInstance(t); w.instance == nil {
		w.view.Delays = h.agent.Delays
	} else {
		w.on = w.instance.Place()
		w.on.Since = status.InstanceSince
	}
	definition := state.FindTaskDefinition(h.agent.Store.Read(), t.Scope(), t.Spec.Family, t.Spec.Revision)
	err := errors.New("the task definition is gone")
	if definition != nil {
		d := definition.Definition()
		var resolved taskdef.Resolved
		resolved, err = taskdef.ReapplyOverrides(d, t.Spec.Overrides, t.Spec.LaunchType)
		w.view.Definitions, w.maker.Platform = place.WithProxy(containerspec.WithLinks(resolved.Containers), t), containerspec.Platform(d)
		w.view.Proxy = t.ProxyName()
		w.view.Volumes = plan.MountedVolumes(d.Volumes, resolved.Containers)
		w.view.SetResources(w.instance == nil)
		w.maker.Shares = containerspec.Namespaces{PID: d.PidMode, IPC: d.IpcMode}
		if w.view.AdoptExecAgents(t.Spec, d.PidMode) {
			w.publication.Touch()
		}
		for i := range w.view.Definitions {
			_, logs := w.awslogsOf(i)
			w.view.State(plan.Container(i)).Logless = logs && w.instance == nil && w.view.Status.Containers[i].StartedAt.IsZero()
		}
		w.maker.Size = containerspec.NewSize(resolved.CPU, resolved.Memory, resolved.Containers)
	}
	if err != nil { // cannot be: it was accepted when the task was made
		w.fail("TaskStateError: " + err.Error())
		w.skipAll()
	} else if stop == nil && plan.InCircle(w.view.Definitions) {
		w.fail("Task dependencies cannot be resolved, taskArn: " + t.ARN)
	}
	return w
}

// advance goes as far as it can without waiting, and makes the engine calls that come next. The lock is held.
func (w *taskRunner) advance(ctx context.Context) { w.startCalls(ctx, w.step(ctx)) }

// step goes as far as it can without waiting, publishes the result, and returns the calls that come next. The lock is held.
func (w *taskRunner) step(ctx context.Context) (calls []call) {
	if w.retired || ctx.Err() != nil || w.host.Engine.Health() != nil || w.unheard() {
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
		w.reporting = w.host.agent.calls.Begin(&w.group, enginecall.CutOff)
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
	w.host.leftovers.Add(ctx, left)
	w.host.agent.Log.Info("task has stopped", "task", w.task.ARN,
		"code", w.view.Stop.Code, "reason", w.view.Stop.Reason)
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
