// Package agent runs tasks on a container engine: it is to the store what the ECS
// container agent is to ECS. All policy about containers lives here, once for all
// engines: dependency order, essential containers, health, stop order, reasons.
//
// A task that has something to do has a [work]; plan, a pure function, says which
// engine calls come next, each call's result is applied to the task's status, and
// the status is written to the store whenever ECS would show a difference. A task
// that just runs costs nothing.
package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/clock"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Options configure an agent.
type Options struct {
	Store  *state.Store
	Engine backend.Engine
	Clock  *clock.Clock
	Log    *slog.Logger
	// PullBehavior says when images are fetched; the default is PreferCached.
	PullBehavior PullBehavior
	// KeepStopped is how long containers stay after their task stopped, so that
	// their output can be read. Zero is five minutes.
	KeepStopped time.Duration
}

// PullBehavior is the agent's ECS_IMAGE_PULL_BEHAVIOR.
type PullBehavior string

// Pull behaviours. Source: ECS container agent configuration; that an image found
// locally is not pulled by default is the emulator's choice, because it must work
// without a registry.
const (
	PreferCached PullBehavior = "prefer-cached" // pull what is absent
	Always       PullBehavior = "always"        // pull; a failure is final
	Default      PullBehavior = "default"       // pull; fall back to a local image
	Once         PullBehavior = "once"          // pull each image once in this run
)

// Agent runs tasks. Make it with New and call Run.
type Agent struct {
	Options
	hostPorts *hostPorts
	leftovers *leftovers
	publisher *publisher

	mu        sync.Mutex
	works     map[string]*work // by task ARN: tasks with something to do
	addresses *addresses
	network   backend.Network
	info      backend.Info
	synced    bool            // the engine's containers have been taken into account
	lost      error           // why the engine cannot be reached, or nil
	fetched   map[string]bool // images pulled in this run
	losses    chan struct{}   // tells that lost was set
	resyncs   sync.Mutex      // one at a time
	actions   sync.WaitGroup
	idle      *sync.Cond
	inFlight  int
}

// New makes an agent; it does nothing before Run.
func New(opts Options) *Agent {
	if opts.KeepStopped == 0 {
		opts.KeepStopped = 5 * time.Minute
	}
	if opts.PullBehavior == "" {
		opts.PullBehavior = PreferCached
	}
	a := &Agent{
		Options: opts, works: map[string]*work{}, addresses: newAddresses(), fetched: map[string]bool{},
		losses: make(chan struct{}, 1),
	}
	a.idle = sync.NewCond(&a.mu)
	a.hostPorts = newHostPorts(opts.Engine, opts.Log)
	a.leftovers = newLeftovers(opts)
	a.publisher = newPublisher(opts)
	return a
}

// Run brings tasks to life until ctx ends. Containers stay as they are then: it is
// the emulator that decides whether to remove them.
func (a *Agent) Run(ctx context.Context) error {
	defer a.hostPorts.closeAll()
	defer a.actions.Wait()
	watch := a.Store.WatchTasks()
	defer watch.Close()
	a.actions.Go(func() { a.publisher.run(ctx) })
	events := make(chan error, 1)
	a.actions.Go(func() {
		events <- a.Engine.Watch(ctx, func(e backend.Event) { a.observe(ctx, e, watch) })
	})
	a.actions.Go(func() { a.recover(ctx, watch) })
	for {
		taskARN, err := watch.Next(ctx)
		if err != nil {
			return errors.Join(ctx.Err(), ignoreCanceled(<-events))
		}
		a.wake(ctx, taskARN)
		watch.Done(taskARN)
	}
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Health says whether the engine can be reached: nil, or why not.
func (a *Agent) Health() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lost
}

// Reachable reports whether the addresses of tasks can be dialled from this host.
func (a *Agent) Reachable() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.info.Reachable
}

// Idle waits until no engine call is under way.
func (a *Agent) Idle(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.idle.Broadcast()
	})
	defer stop()
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.inFlight > 0 && ctx.Err() == nil {
		a.idle.Wait()
	}
	return ctx.Err()
}

// wake looks at a task that changed.
func (a *Agent) wake(ctx context.Context, taskARN string) {
	a.mu.Lock()
	ready := a.synced && a.lost == nil
	a.mu.Unlock()
	if !ready {
		return // Resync wakes every task
	}
	w := a.lockWork(taskARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	if t := a.Store.Read().Task(taskARN); t != nil {
		w.ask(t.Stop)
	}
	w.set(ctx, w.advance(ctx))
}

// lockWork returns the task's work with its lock held, made from the row if the
// task had nothing to do so far. It is nil for a task that has ended or is gone.
func (a *Agent) lockWork(taskARN string) *work {
	for {
		w := a.findWork(taskARN)
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

// findWork reads the row only when it is sure that no work is ahead of it.
func (a *Agent) findWork(taskARN string) *work {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.works[taskARN]; w != nil {
		return w
	}
	t := a.Store.Read().Task(taskARN)
	if t == nil || t.Ended() {
		return nil
	}
	w := newWork(a, t)
	a.works[taskARN] = w
	return w
}

// retire forgets a work with nothing to do. Its lock is held.
func (a *Agent) retire(w *work) {
	w.retired = true
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.works, w.task.ARN)
}

// vpcNetwork makes the engine's network when the first task needs it, and tells
// the store which range the engine has chosen.
func (a *Agent) vpcNetwork(ctx context.Context) (netip.Prefix, error) {
	a.mu.Lock()
	network := a.network
	a.mu.Unlock()
	if network.Name != "" {
		return netip.MustParsePrefix(network.CIDR), nil
	}
	network, err := a.Engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: state.DefaultVPC})
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("make the network of the VPC: %w", err)
	}
	cidr, err := netip.ParsePrefix(network.CIDR)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("network %s has no usable range: %w", network.Name, err)
	}
	err = a.Store.Update(func(tx *state.Tx) error {
		if tx.NetworkCIDR() != cidr {
			tx.SetNetworkCIDR(cidr)
		}
		return nil
	})
	if err != nil {
		return netip.Prefix{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.network = network
	return cidr, nil
}

// forgetNetwork has the network made again: somebody has removed it.
func (a *Agent) forgetNetwork() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.network = backend.Network{}
}

// taskLimits reports whether the engine bounds a task as a whole.
func (a *Agent) taskLimits() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.info.TaskLimits
}

// simulated reports whether the engine only simulates containers.
func (a *Agent) simulated() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.info.Simulated
}

// begin and end count engine calls, for Idle.
func (a *Agent) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inFlight++
}

func (a *Agent) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inFlight--; a.inFlight == 0 {
		a.idle.Broadcast()
	}
}
