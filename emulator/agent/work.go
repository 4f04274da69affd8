package agent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// work is a task with something to do. It holds the task's status ahead of the
// store, which learns of it when ECS would show a difference.
type work struct {
	agent   *Agent
	task    *state.Task // the row as it was found: its spec does not change
	volumes []types.Volume

	mu      sync.Mutex
	retired bool
	view    view
	dirty   bool   // status differs from what is published
	stopped bool   // the store knows that the task shall stop
	shown   string // lastStatus in the store
	pulls   map[string]context.CancelFunc

	sandboxes int // that could not start
}

func newWork(a *Agent, t *state.Task) *work {
	w := &work{agent: a, task: t, pulls: map[string]context.CancelFunc{}, stopped: t.Stop != nil, shown: t.Status.LastStatus}
	status := t.Clone().Status
	w.view = view{status: &status, stop: t.Stop, busy: map[string]bool{}, exited: map[string]bool{}, absent: map[string]bool{}, stale: map[string]bool{}}
	switch {
	case status.SandboxID == "":
	case status.Attachment.Status == "ATTACHED":
		w.view.sandbox = sandboxRunning
	default:
		w.view.sandbox = sandboxCreated
	}
	definition := a.Store.Read().TaskDefinition(t.Scope(), t.Spec.Family, t.Spec.Revision)
	var err error
	if definition == nil {
		err = errors.New("the task definition is gone")
	} else {
		var resolved taskdef.Resolved
		resolved, err = taskdef.ApplyOverrides(definition.Definition(), t.Spec.Overrides, t.Spec.LaunchType)
		w.view.definitions, w.volumes = resolved.Containers, definition.Definition().Volumes
	}
	if err != nil { // cannot be: it was accepted when the task was made
		w.fail("TaskStateError: " + err.Error())
		w.skipAll()
	}
	return w
}

// ask passes on that the store wants the task to stop.
func (w *work) ask(stop *state.Stop) {
	if stop != nil {
		w.stopped = true
		w.view.stop = stop
	}
}

// end stops the task for a reason that the agent found. A reason that came first
// is kept.
func (w *work) end(code types.TaskStopCode, reason string) {
	if w.view.stop != nil {
		return
	}
	w.view.stop = &state.Stop{Code: code, Reason: cut(reason), At: w.agent.Clock.Now()}
	w.dirty = true
}

// fail ends a task that could not start.
func (w *work) fail(reason string) { w.end(types.TaskStopCodeTaskFailedToStart, reason) }

// advance takes the task as far as it goes without waiting, publishes what came
// of it, and sets the next engine calls off. The lock is held.
func (w *work) advance(ctx context.Context) {
	if w.retired || ctx.Err() != nil || w.agent.Health() != nil {
		return
	}
	for {
		w.view.now = w.agent.Clock.Now()
		w.settle()
		actions, again := plan(&w.view)
		if w.applyNow(actions) {
			continue
		}
		if !w.publish(ctx, len(actions) == 0 || w.aboutToPull(actions)) {
			return
		}
		for _, a := range actions {
			w.set(ctx, a)
		}
		if !again.IsZero() {
			w.agent.Clock.AfterFunc(again.Sub(w.view.now), func() { w.again(ctx) })
		}
		if len(w.view.busy) == 0 && again.IsZero() {
			w.agent.retire(w)
		}
		return
	}
}

// aboutToPull notes that a pull begins, which may take long enough to be seen.
func (w *work) aboutToPull(actions []action) bool {
	at := slices.IndexFunc(actions, func(a action) bool { return a.verb == pull })
	if at < 0 {
		return false
	}
	if s := w.view.status; s.PullStartedAt.IsZero() {
		s.PullStartedAt, w.dirty = w.view.now, true
	}
	return true
}

// again looks at the task although nothing has happened.
func (w *work) again(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.advance(ctx)
}

// applyNow does the steps that need no engine, and reports whether there were any.
func (w *work) applyNow(actions []action) (any bool) {
	for _, a := range actions {
		switch a.verb {
		case cancelPull:
			if cancel := w.pulls[w.view.subject(a)]; cancel != nil {
				cancel()
				delete(w.pulls, w.view.subject(a))
			}
			continue
		case skip:
			w.containerStopped(a.container)
		case giveUp:
			// Exit code 143 without having run is what the agent reports here.
			w.view.status.Containers[a.container].ExitCode = aws.Int32(143)
			w.containerFailed(a.container, "CannotStartContainerError: "+a.why, "Task failed to start")
		default:
			continue
		}
		any = true
	}
	return any
}

// set starts an engine call. Its end advances the task again.
func (w *work) set(ctx context.Context, a action) {
	if a.verb == cancelPull {
		return
	}
	subject := w.view.subject(a)
	callCtx, cancel := callContext(ctx, a.verb)
	switch {
	case a.verb == pull:
		w.pulls[subject] = cancel
	case a.verb == createSandbox && w.view.status.ConnectivityAt.IsZero():
		w.view.status.ConnectivityAt = w.view.now
	}
	w.view.busy[subject] = true
	w.agent.begin()
	w.agent.actions.Go(func() {
		defer w.agent.end()
		defer cancel()
		finish := w.perform(callCtx, a)
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.view.busy, subject)
		if ctx.Err() != nil {
			return // shutting down: what happened is found again at the next start
		}
		finish()
		w.dirty = true
		w.advance(ctx)
	})
}

// lastCallTimeout is how long a call may go on that has begun when the agent ends.
const lastCallTimeout = 8 * time.Second

// callContext is the context of an engine call. An agent that ends cuts off what
// only waits. What makes or removes something it lets finish: cut off, the engine
// would go on with it unseen, and whoever removes everything then would miss it, or
// remove a container in the middle of its start.
func callContext(ctx context.Context, v verb) (context.Context, context.CancelFunc) {
	switch v {
	case createSandbox, startSandbox, removeSandbox, create, discard, start:
	default:
		return context.WithCancel(ctx)
	}
	call, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		limit := time.AfterFunc(lastCallTimeout, cancel)
		context.AfterFunc(call, func() { limit.Stop() })
	})
	return call, func() { forget(); cancel() }
}

// settle derives what ECS shows from what the containers do.
func (w *work) settle() {
	s, now := w.view.status, w.view.now
	before := s.LastStatus
	if next := lastStatus(&w.view); state.Before(before, next) {
		s.LastStatus = next
	}
	if health := taskHealth(&w.view); health != s.HealthStatus {
		s.HealthStatus = health
		w.dirty = true
	}
	if s.LastStatus == before {
		return
	}
	w.dirty = true
	switch s.LastStatus {
	case state.Running:
		s.StartedAt = now
		w.running()
	case state.Stopped:
		s.StoppedAt = now
		s.Attachment.Status = "DELETED"
	}
}

// running opens the task to the host.
func (w *work) running() {
	ports := w.agent.hostPorts.open(w.task.ARN, w.view.status.SandboxID, w.view.definitions)
	w.agent.Log.Info("task is running", "task", w.task.ARN, "ip", w.view.status.Attachment.PrivateIPv4, "ports", ports)
}

// publish writes the status to the store when ECS would show a difference, or
// when the task comes to rest. It reports false if the store did not take it.
func (w *work) publish(ctx context.Context, rest bool) bool {
	s := w.view.status
	moved := s.LastStatus != w.shown
	ends := w.view.stop != nil && !w.stopped
	if !moved && !ends && (!rest || !w.dirty) {
		return true
	}
	published := s.Clone()
	err := w.agent.Store.Update(func(tx *state.Tx) error {
		if ends {
			tx.StopTask(w.task.ARN, *w.view.stop)
		}
		tx.PutTaskStatus(w.task.ARN, published, moved && !ends && announced[s.LastStatus])
		return nil
	})
	if err != nil {
		w.agent.Log.Error("task status not stored", "task", w.task.ARN, "error", err)
		return false
	}
	w.dirty = false
	w.stopped = w.stopped || ends
	w.shown = s.LastStatus
	if moved && s.LastStatus == state.Stopped {
		w.over(ctx)
	}
	return true
}

// announced are the statuses whose coming raises the task's version.
// Source: the version totals of recorded Fargate tasks, which leave no room for
// STOPPING.
var announced = map[string]bool{
	state.Pending: true, state.Running: true, state.Deprovisioning: true, state.Stopped: true,
}

// over gives back what a stopped task had; its containers stay a while for their
// output.
func (w *work) over(ctx context.Context) {
	s := w.view.status
	w.agent.hostPorts.close(w.task.ARN)
	w.agent.addresses.give(s.Attachment.PrivateIPv4)
	left := leftover{taskARN: w.task.ARN, volumes: ownVolumes(w.task, w.volumes)}
	for _, c := range s.Containers {
		if c.RuntimeID != "" {
			left.ids = append(left.ids, c.RuntimeID)
		}
	}
	w.agent.leftovers.add(ctx, left)
	w.agent.Log.Info("task has stopped", "task", w.task.ARN,
		"code", w.view.stop.Code, "reason", w.view.stop.Reason)
}

// died notes that the engine saw a container end; the next step finds out how.
// Without its sandbox a task has no network: the sandbox is as essential as the
// real agent's pause container.
func (w *work) died(name string) {
	if name != sandboxContainerName {
		w.view.exited[name] = true
		return
	}
	if w.view.stop == nil && w.view.sandbox == sandboxRunning {
		w.agent.Log.Warn("the network of a task is gone: somebody stopped its sandbox", "task", w.task.ARN)
		w.executionStopped()
		w.end(types.TaskStopCodeEssentialContainerExited, essentialExited)
	}
}

// healthIs takes over what a health check found.
func (w *work) healthIs(name string, health backend.Health) {
	c := w.view.container(name)
	if c == nil || w.view.definition(name).HealthCheck == nil {
		return
	}
	status := map[backend.Health]types.HealthStatus{
		backend.Healthy: types.HealthStatusHealthy, backend.Unhealthy: types.HealthStatusUnhealthy,
	}[health]
	if status == "" {
		status = types.HealthStatusUnknown
	}
	if c.HealthStatus != status {
		c.HealthStatus = status
		w.dirty = true
	}
}
