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
	pulls   map[string]context.CancelFunc

	// What the store knows; see publisher.
	dirty    bool   // status differs from what is published
	queued   bool   // the publisher is about to take it
	writing  bool   // the publisher has taken it, the store has it not yet
	stopped  bool   // the store knows that the task shall stop
	shown    string // lastStatus in the store
	announce int    // events since then
	ending   bool   // the stop is an event, and what follows at once is part of it

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
	w.dirty, w.ending = true, true
}

// fail ends a task that could not start.
func (w *work) fail(reason string) { w.end(types.TaskStopCodeTaskFailedToStart, reason) }

// advance takes the task as far as it goes without waiting, publishes what came
// of it, and returns the engine calls that come next. The lock is held.
func (w *work) advance(ctx context.Context) (calls []call) {
	if w.retired || ctx.Err() != nil || w.agent.Health() != nil {
		return nil
	}
	for {
		w.view.now = w.agent.Clock.Now()
		w.settle()
		actions, again := plan(&w.view)
		if w.applyNow(actions) {
			continue
		}
		w.publish(len(actions) == 0 || w.aboutToPull(actions))
		for _, a := range actions {
			if a.verb != cancelPull {
				calls = append(calls, w.prepare(ctx, a))
			}
		}
		if !again.IsZero() {
			w.agent.Clock.AfterFunc(again.Sub(w.view.now), func() { w.again(ctx) })
		}
		if len(w.view.busy) == 0 && again.IsZero() && !w.queued && !w.writing {
			w.agent.retire(w)
		}
		return calls
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
	w.set(ctx, w.advance(ctx))
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

// call is an engine call that is about to be made.
type call struct {
	action
	subject string
	ctx     context.Context
	cancel  context.CancelFunc
}

// prepare marks the subject of an engine call as busy.
func (w *work) prepare(ctx context.Context, a action) call {
	c := call{action: a, subject: w.view.subject(a)}
	c.ctx, c.cancel = callContext(ctx, a.verb)
	switch {
	case a.verb == pull:
		w.pulls[c.subject] = c.cancel
	case a.verb == createSandbox && w.view.status.ConnectivityAt.IsZero():
		w.view.status.ConnectivityAt = w.view.now
	}
	w.view.busy[c.subject] = true
	w.agent.begin()
	return c
}

// set makes engine calls, each in a goroutine of its own.
func (w *work) set(ctx context.Context, calls []call) {
	for _, c := range calls {
		w.agent.actions.Go(func() { w.drive(ctx, c) })
	}
}

// drive makes an engine call, and then what its outcome leads to.
func (w *work) drive(ctx context.Context, c call) {
	for {
		next := w.carryOut(ctx, c)
		if len(next) == 0 {
			return
		}
		w.set(ctx, next[1:])
		c = next[0]
	}
}

func (w *work) carryOut(ctx context.Context, c call) (next []call) {
	defer w.agent.end()
	defer c.cancel()
	finish := w.perform(c.ctx, c.action)
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.view.busy, c.subject)
	if ctx.Err() != nil {
		return nil // shutting down: what happened is found again at the next start
	}
	finish()
	w.dirty = true
	return w.advance(ctx)
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
	if announced[s.LastStatus] && !w.ending {
		w.announce++
	}
	w.ending = false
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
	attrs := []any{"task", w.task.ARN, "ip", w.view.status.Attachment.PrivateIPv4}
	if !w.agent.simulated() { // there they are opened when somebody asks for them
		attrs = append(attrs, "ports", w.agent.hostPorts.open(w.task.ARN, w.view.status.SandboxID, w.view.definitions))
	}
	w.agent.Log.Info("task is running", attrs...)
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
