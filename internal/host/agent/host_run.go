package agent

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagecache"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/leftover"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

func newHost(a *common, o HostOptions) *host {
	log := a.Log
	if o.Name != "" {
		log = log.With("engine", o.Name)
	}
	o.PullBehavior = cmp.Or(o.PullBehavior, imagepull.PreferCached)
	calls := &enginecall.Tracker{}
	engine := enginecall.New(o.Engine, calls, log)
	if o.Name != "" {
		engine.OneOfSeveral()
	}
	if a.EngineChanged != nil {
		engine.OnChange(func() { a.EngineChanged(o.Name) })
	}
	h := &host{
		HostOptions: o, Engine: engine, calls: calls, images: imagepull.Puller{Engine: engine}, agent: a, resyncs: make(chan struct{}, 1),
		runners: map[string]*taskRunner{}, index: map[string]subject{},
	}
	if len(a.Hosts) > 1 {
		h.images.Place = imagepull.Place{Name: o.Name, Command: o.Command, Others: a.pullers, Copies: a.CopyImages, Log: log}
	}
	if o.Images != nil {
		h.images.Cache = imagecache.New(imagecache.Options{
			Store: a.Store, Now: a.Clock.Now, Log: log, Engine: o.Images, Size: o.ImageCache,
			EngineID: func() string { return engine.LastInfo().ID },
			Go:       func(f func(context.Context)) { engine.Call(enginecall.CutOff, f) },
		})
	}
	h.networks = vpc.NewNetworks(vpc.Options{
		Store: a.Store, Clock: a.Clock, Log: a.Log, Engine: engine, Labels: enginename.HostLabels(""), Range: o.VPCRange,
		InstanceAddresses: a.InstanceAddresses,
	})
	if h.ports = a.ports; h.ports == nil {
		h.ports = hostport.New(hostport.Options{Log: a.Log, Engine: engine})
	}
	h.logs = awslogs.NewReaders(awslogs.Options{Engine: engine, Sink: a.LogSink, Clock: a.Clock, Delay: a.Delays.Logs, Log: log})
	a.logs = append(a.logs, h.logs)
	h.instances = containerinstance.New(containerinstance.Options{
		Store: a.Store, Clock: a.Clock, Log: a.Log, Engine: engine, Networks: h.networks, Interfaces: a.interfaces, Tasks: h,
		Labels: h.labels(), Range: o.InstanceRange, Dynamic: &a.dynamic, Address: a.InstanceAddress, Groups: a.InstanceGroups,
	})
	h.balancers = node.New(node.Options{
		Host: o.Name, Store: a.Store, Log: a.Log, Engine: engine, Networks: h.networks, Interfaces: a.interfaces, Ports: h.ports, Labels: h.labels(),
	})
	h.leftovers = leftover.New(leftover.Options{
		Engine: engine, Clock: a.Clock, Log: a.Log, Logs: h.logs, Keep: a.KeepStopped, Follow: h.followLeftover,
		Removed: func() { h.instances.Tend() },
	})
	return h
}

// run follows the engine until ctx ends.
func (h *host) run(ctx context.Context) {
	defer h.end()
	h.Engine.Go(func() { h.Engine.Recover(ctx, h.resync) })
	err := h.Engine.Watch(ctx, h.labels(), func(e backend.Event) { h.observe(ctx, e) })
	if err != nil && ctx.Err() == nil {
		h.agent.Log.Error("cannot watch the engine any more", "engine", h.Name, "error", err)
	}
}

// end returns when nothing of the host is at work any more.
func (h *host) end() {
	h.Engine.End()
	h.mu.Lock()
	runners := slices.Collect(maps.Values(h.runners))
	h.mu.Unlock()
	if h.agent.ports == nil {
		h.ports.CloseAll()
	}
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
	if h.Engine.Health() != nil && h.endWithout(t, t.Stop) == nil {
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
