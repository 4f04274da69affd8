package agent

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// host is a machine on which tasks run, and what belongs to it: the engine, the
// network, the ports, the images, and what stopped tasks have left. Hosts know
// nothing of each other, also on one engine.
type host struct {
	HostOptions
	Engine    *enginecall.Engine // that of the options, with deadlines
	agent     *Agent
	ports     *hostport.Ports
	networks  *vpc.Networks
	balancers *node.Nodes
	instances *containerinstance.Instances
	leftovers *leftover.Queue
	logs      *awslogs.Readers
	images    imagepull.Puller
	resyncs   chan struct{}   // holds a token while a resync is under way
	unseen    map[string]bool // containers of which the last list told nothing, by name; of the resync

	lookingAgain atomic.Bool // at what is unseen, in a while

	mu      sync.Mutex
	runners map[string]*taskRunner // by task ARN: tasks with something to do
	index   map[string]subject     // by container id: of tasks that have not ended
}

// subject is what a container id stands for: a container of a task.
type subject struct{ taskARN, container string }

func newHost(a *Agent, o HostOptions) *host {
	log := a.Log
	if o.Name != "" {
		log = log.With("host", o.Name)
	}
	engine := enginecall.New(o.Engine, &a.calls, log)
	h := &host{
		HostOptions: o, Engine: engine, images: imagepull.Puller{Engine: engine, Behavior: o.PullBehavior}, agent: a, resyncs: make(chan struct{}, 1),
		runners: map[string]*taskRunner{}, index: map[string]subject{},
	}
	networks := vpc.Options{Store: a.Store, Clock: a.Clock, Log: a.Log, Engine: engine, Labels: h.labels(), Range: o.VPCRange}
	if o.Name == instanceHost {
		networks.InstanceAddresses = a.InstanceAddresses
	}
	h.networks = vpc.NewNetworks(networks)
	h.ports = hostport.New(hostport.Options{Log: a.Log, Engine: engine})
	h.logs = awslogs.NewReaders(awslogs.Options{Engine: engine, Sink: a.LogSink, Clock: a.Clock, Delay: a.Delays.Logs, Log: log})
	h.instances = containerinstance.New(containerinstance.Options{
		Store: a.Store, Clock: a.Clock, Log: a.Log, Engine: engine, Networks: h.networks, Interfaces: a.interfaces, Tasks: h, Labels: h.labels(),
		Range: o.InstanceRange, Address: a.InstanceAddress, Groups: a.InstanceGroups,
	})
	h.balancers = node.New(node.Options{
		Store: a.Store, Log: a.Log, Engine: engine, Networks: h.networks, Interfaces: a.interfaces, Ports: h.ports, Labels: h.labels(),
	})
	h.leftovers = leftover.New(leftover.Options{
		Engine: engine, Clock: a.Clock, Log: a.Log, Logs: h.logs, Keep: a.KeepStopped, Follow: h.followLeftover, Removed: func() { h.instances.Tend() },
	})
	return h
}

func (h *host) labels() map[string]string { return enginename.HostLabels(h.Name) }

// run follows the engine until ctx ends.
func (h *host) run(ctx context.Context) {
	defer h.end()
	h.Engine.Go(func() { h.Engine.Recover(ctx, h.resync) })
	err := h.Engine.Watch(ctx, h.labels(), func(e backend.Event) { h.observe(ctx, e) })
	if err != nil && ctx.Err() == nil {
		h.agent.Log.Error("cannot watch the engine any more", "host", h.Name, "error", err)
	}
}

// end returns when nothing of the host is at work any more.
func (h *host) end() {
	h.Engine.End()
	h.mu.Lock()
	runners := slices.Collect(maps.Values(h.runners))
	h.mu.Unlock()
	h.ports.CloseAll()
	h.leftovers.StopTimers()
	h.instances.StopTimers()
	for _, w := range runners {
		w.mu.Lock()
		w.setTimer(time.Time{}, nil)
		w.mu.Unlock()
	}
}

// wake looks at a task that changed.
func (h *host) wake(ctx context.Context, t *state.Task) {
	if h.Engine.Health() != nil {
		return // the next resync wakes every task
	}
	w := h.lockTask(t.ARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	if !h.cutFromStore(t, t.Stop) {
		w.requestStop(t.Stop)
	}
	w.takeTargets(t)
	w.advance(ctx)
}

// lockTask returns the task's runner with its lock held, made from the row if the
// task had nothing to do so far. It is nil for a task that has ended or is gone.
func (h *host) lockTask(taskARN string) *taskRunner {
	for {
		w := h.findTask(taskARN)
		if w == nil {
			return nil
		}
		w.mu.Lock()
		if !w.retired {
			return w
		}
		w.mu.Unlock()
	}
}

// findTask reads the row only when it is sure that no runner is ahead of it.
func (h *host) findTask(taskARN string) *taskRunner {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.runners[taskARN]; w != nil {
		return w
	}
	t := state.FindTask(h.agent.Store.Read(), taskARN)
	if t == nil || t.Ended() {
		return nil
	}
	w := newTaskRunner(h, t)
	h.runners[taskARN] = w
	return w
}

// retire forgets a runner with nothing to do. Its lock is held.
func (h *host) retire(w *taskRunner) {
	w.retired = true
	h.mu.Lock()
	delete(h.runners, w.task.ARN)
	h.mu.Unlock()
	h.instances.Reap(w.task.Placement.ContainerInstance)
}

// know notes what a container id stands for, before the container starts: its
// events carry nothing else.
func (h *host) know(id, taskARN, container string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.index[id] = subject{taskARN: taskARN, container: container}
}

func (h *host) forget(ids ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		delete(h.index, id)
	}
}

func (h *host) subject(id string) (subject, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, known := h.index[id]
	return s, known
}
