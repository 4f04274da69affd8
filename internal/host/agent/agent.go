// Package agent runs tasks on container engines: it is to the store what the ECS
// container agent is to ECS. All policy about containers lives here and in the packages
// below, once for all engines: dependency order, essential containers, health, stop order, reasons.
//
// A task that has something to do has a [taskRunner]; package plan, of pure functions, says
// which engine calls come next, the result of each call changes the task's status, and
// the status is written to the store whenever ECS would show a difference. A task
// that just runs costs nothing. What belongs to a machine is a [host].
package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
	"github.com/ecs-emulator/ecs-emulator/internal/host/publication"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Agent runs tasks. Make it with New and call Run.
type Agent struct {
	common
	named     map[string]*host // its hosts, by name
	balancers *node.Hosts
	instances *store.Watch // of container instances
	groups    *store.Watch // of security groups
	vpcs      *store.Watch // of those that are gone
}

// New makes an agent, which listens for changes from now on, and does nothing before Run.
func New(opts Options) *Agent {
	if opts.KeepStopped == 0 {
		opts.KeepStopped = 5 * time.Minute
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	a := &Agent{common: common{Options: opts, publisher: publication.NewPublisher(opts.Store, opts.Log)}, named: map[string]*host{}}
	a.proxyRuns, a.proxyEnds = func(string) {}, func(context.Context, string) {}
	a.interfaces = vpc.NewInterfaces(vpc.InterfaceOptions{Store: a.Store, Mode: a.SecurityGroups})
	if len(opts.Hosts) > 1 {
		a.ports = hostport.New(hostport.Options{Log: a.Log})
	}
	var balancing []node.Host
	for _, o := range opts.Hosts {
		h := newHost(&a.common, o)
		a.hosts, a.named[o.Name] = append(a.hosts, h), h
		balancing = append(balancing, node.Host{
			Name: o.Name, Nodes: h.balancers, Lost: h.isLost, Ready: func() bool { return a.Health(o.Name) == nil },
		})
	}
	a.balancers = node.NewHosts(balancing)
	a.watch, a.instances, a.vpcs = state.WatchTasks(a.Store), state.WatchContainerInstances(a.Store), ec2network.WatchGoneVPCs(a.Store)
	a.groups = ec2network.WatchSecurityGroups(a.Store)
	return a
}

// Run brings tasks to life until ctx ends. Containers stay as they are then: it is
// the emulator that decides whether to remove them.
func (a *Agent) Run(ctx context.Context) error {
	defer a.watch.Close()
	defer a.instances.Close()
	defer a.vpcs.Close()
	defer a.groups.Close()
	for _, h := range a.hosts {
		h.Engine.Begin(ctx)
	}
	a.expect()
	if a.ports != nil {
		defer a.ports.CloseAll()
	}
	var running sync.WaitGroup
	defer running.Wait()
	defer func() {
		for _, h := range a.hosts {
			h.calls.EndAll()
		}
	}()
	running.Go(func() { a.publisher.Run(ctx) })
	running.Go(func() { a.followInstances(ctx) }) //nolint:errcheck // it is that of ctx
	running.Go(func() { a.followVPCs(ctx) })      //nolint:errcheck // as well
	running.Go(func() { a.followGroups(ctx) })    //nolint:errcheck // it is that of ctx
	for _, h := range a.hosts {
		running.Go(func() { h.run(ctx) })
		running.Go(func() { a.interfaces.Run(ctx, h.networks) })
	}
	for {
		taskARN, err := a.watch.Next(ctx)
		if err != nil {
			return err
		}
		if t := state.FindTask(a.Store.Read(), taskARN); t != nil {
			if h := a.hostOf(t); h != nil {
				h.wake(ctx, t)
			}
		}
		a.watch.Done(taskARN)
	}
}

// Hosts are the names of its hosts, in the order in which they were given.
func (a *Agent) Hosts() (names []string) {
	for _, h := range a.hosts {
		names = append(names, h.Name)
	}
	return names
}

// hostOf is the machine on which a task is placed; nil is none of this agent's, or none yet.
func (a *Agent) hostOf(t *state.Task) *host {
	if h := a.named[t.Placement.Host]; h != nil && h.has(t) {
		return h
	}
	return nil
}

// listingPatience is for how long an engine counts as usable whose containers are still to be listed.
const listingPatience = 5 * time.Second

// Health says whether a host's engine can be used: nil, or why not.
func (a *Agent) Health(host string) error {
	h := a.named[host]
	if h == nil {
		return errors.New("no such host")
	}
	err := h.Engine.Health()
	if errors.Is(err, enginecall.ErrNotListed) && h.Engine.Age() < listingPatience {
		return nil // it is about to be
	}
	return err
}

// SilentSince is the real time since when the engine of a host cannot be used; zero: it can.
func (a *Agent) SilentSince(host string) time.Time {
	if h := a.named[host]; h != nil {
		return h.Engine.SilentSince()
	}
	return time.Time{}
}

// DiskHealth says whether there is room on the disk of a host's engine: nil, or what it has said last.
func (a *Agent) DiskHealth(host string) error {
	if h := a.named[host]; h != nil {
		return h.leftovers.Full()
	}
	return nil
}

// Unanswered are the calls that a host's engine has not answered at the first attempt.
func (a *Agent) Unanswered(host string) []string {
	if h := a.named[host]; h != nil {
		return h.Engine.Unanswered()
	}
	return nil
}

// NetworkHealth says whether a host's tasks have a network: nil, or why it could not be
// made when it was last tried, which the next task does again.
func (a *Agent) NetworkHealth(host string) error {
	if h := a.named[host]; h != nil {
		return h.networks.Health()
	}
	return nil
}

// FilterHealth says whether security groups have effect on a host: nil, or what its engine
// lacks.
func (a *Agent) FilterHealth(host string) error {
	if h := a.named[host]; h != nil {
		return h.networks.FilterHealth()
	}
	return nil
}

// infoPatience bounds how long a caller waits for an engine to describe itself.
const infoPatience = 2 * time.Second

// EngineInfo describes the engine of a host: as it is now, or as it was when it was last
// seen.
func (a *Agent) EngineInfo(ctx context.Context, host string) backend.Info {
	h := a.named[host]
	if h == nil {
		return backend.Info{}
	}
	if err := h.Engine.Health(); err == nil || errors.Is(err, enginecall.ErrNotListed) {
		ctx, cancel := context.WithTimeout(ctx, infoPatience)
		defer cancel()
		if info, err := h.Engine.Info(ctx); err == nil {
			return info
		}
	}
	return h.Engine.LastInfo()
}

// LastInfo describes the engine of a host as it was when it was last seen; zero: it never was.
func (a *Agent) LastInfo(host string) backend.Info {
	if h := a.named[host]; h != nil {
		return h.Engine.LastInfo()
	}
	return backend.Info{}
}

// Pulls is how many images are being pulled.
func (a *Agent) Pulls() (n int) {
	for _, h := range a.hosts {
		n += h.images.UnderWay()
	}
	return n
}

// Networks are the networks of VPCs on the engine of a host; nil if there is no such host.
func (a *Agent) Networks(host string) *vpc.Networks {
	if h := a.named[host]; h != nil {
		return h.networks
	}
	return nil
}

// LoadBalancers are those on the engines of all hosts.
func (a *Agent) LoadBalancers() *node.Hosts { return a.balancers }

// Idle waits until the engines have been looked at, every task has been that
// changed so far, and the engine calls under way and what they lead to are done and in
// the store. It waits neither for what comes meanwhile, nor for calls that wait for the
// clock, nor for those that have been under way for longer than patience. Of several engines it
// waits for those that answer.
func (a *Agent) Idle(ctx context.Context, patience time.Duration) error {
	for _, h := range a.hosts {
		select {
		case <-h.Engine.Seen():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, watch := range []*store.Watch{a.groups, a.instances, a.vpcs, a.watch} {
		if err := watch.Idle(ctx); err != nil {
			return err
		}
	}
	a.interfaces.Hurry()
	idle, failed := make(chan error, len(a.hosts)), error(nil)
	for _, h := range a.hosts {
		go func() { idle <- h.idle(ctx, patience) }()
	}
	for range a.hosts {
		failed = errors.Join(failed, <-idle)
	}
	return failed
}

// lostPatience is for how long calls may be under way at an engine that is away while others are not: what they have led to
// is written meanwhile.
const lostPatience = time.Second

func (h *host) idle(ctx context.Context, patience time.Duration) error {
	if h.Name != "" && h.Engine.Health() != nil {
		patience = min(patience, lostPatience)
	}
	return h.calls.Idle(ctx, patience)
}
