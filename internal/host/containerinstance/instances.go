// Package containerinstance runs container instances on an engine. Each is a sandbox that has the
// address, CPU and memory of the EC2 instance, and a bridge network whose gateway it is. It knows
// what tasks have of a container instance (ports, and sandboxes with network interfaces of their
// own) by the ARNs of the tasks; what becomes of tasks it asks and tells [Tasks].
//
// Here are also the host ports of containers: which are taken (port.go), which dynamic host port
// a container gets (dynamic_host_port.go), and how they lead to containers (traffic.go).
package containerinstance

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Label says of a sandbox that it is a container instance, and which; of a container, on which
// one it runs.
const Label = "ecs-emulator.container-instance"

// DefaultRange is the block of the bridge networks of container instances. It is of the range
// for benchmarks of network devices, which neither networks nor engines use and which nothing
// outside answers. Source: RFC 2544, appendix C.
var DefaultRange = netip.MustParsePrefix("198.18.0.0/15")

// Tasks are the tasks on container instances.
type Tasks interface {
	// NetworkEnded ends the tasks that have their network from a container instance, whose
	// sandbox has ended in one of its lives; late says that this was not seen when it happened.
	NetworkEnded(instance string, life int, late bool)
	// Need reports whether a task of this run needs the sandbox of a container instance still,
	// although the store has none there.
	Need(instance string) bool
}

// Options are what Instances need.
type Options struct {
	Store      *store.Store
	Clock      *clock.Clock
	Log        *slog.Logger
	Engine     *enginecall.Engine
	Networks   *vpc.Networks
	Interfaces *vpc.Interfaces
	Tasks      Tasks
	Labels     map[string]string // of all that is made on the engine
	// Range is the block of the bridge networks, a /26 for each. Default DefaultRange.
	Range netip.Prefix
	// Dynamic picks dynamic host ports, for all engines of a run together.
	Dynamic *DynamicHostPorts
	// Address is the address of a container instance's EC2 instance; the zero Addr, or nil, is any of
	// its subnet.
	Address func(*state.ContainerInstance) netip.Addr
	// Groups are the security groups of a container instance; nil is that none has any.
	Groups func(*state.ContainerInstance) []string
}

// Instances are the container instances on an engine. Its methods may be called by many
// goroutines at once.
type Instances struct {
	Options
	ranges bridgeRanges
	memory registeredMemory

	mu        sync.Mutex
	instances map[string]*Instance // by ARN
	ids       map[string]string    // ARNs, by the ids of sandboxes
}

// New makes Instances of which none is known yet.
func New(o Options) *Instances {
	if !o.Range.IsValid() {
		o.Range = DefaultRange
	}
	return &Instances{Options: o, ranges: bridgeRanges{block: o.Range}, instances: map[string]*Instance{}, ids: map[string]string{}}
}

// Of returns a container instance, which may not be on the engine.
func (all *Instances) Of(arn string) *Instance {
	all.mu.Lock()
	defer all.mu.Unlock()
	m := all.instances[arn]
	if m == nil {
		m = &Instance{all: all, arn: arn, traffic: newTraffic()}
		all.instances[arn] = m
	}
	return m
}

// known is nil for a container instance that was never asked for.
func (all *Instances) known(arn string) *Instance {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.instances[arn]
}

// Known lists the container instances that were asked for or found, and are not gone.
func (all *Instances) Known() []*Instance {
	all.mu.Lock()
	defer all.mu.Unlock()
	return slices.Collect(maps.Values(all.instances))
}

// Ended notes that a container may have ended. It reports false for one that is no container
// instance.
func (all *Instances) Ended(ctx context.Context, id string) bool {
	all.mu.Lock()
	arn, known := all.ids[id]
	m := all.instances[arn]
	all.mu.Unlock()
	if known && m != nil { // what ends most has been removed
		all.Engine.Call(enginecall.CutOff, func(context.Context) { m.Examine(ctx) })
	}
	return known
}

// Began notes that a container has been started, and reports whether it is a container instance. If the container
// instance has ended and nothing here starts it, it is stopped.
func (all *Instances) Began(id string) bool {
	all.mu.Lock()
	arn, known := all.ids[id]
	m := all.instances[arn]
	all.mu.Unlock()
	if known && m != nil && !m.RunsSince(time.Time{}) {
		all.Engine.Call(enginecall.CutOff, m.stopStray)
	}
	return known
}

// StopTimers has nothing tried again.
func (all *Instances) StopTimers() {
	for _, m := range all.Known() {
		m.stopTimer()
	}
}

// know notes of which container instance a sandbox is.
func (all *Instances) know(id, arn string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.ids[id] = arn
}

func (all *Instances) forget(id string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.ids, id)
}

// labels are the labels of everything of a container instance.
func (all *Instances) labels(arn string) map[string]string {
	labels := maps.Clone(all.Labels)
	labels[Label] = arn
	return labels
}

// Bridge describes the bridge network of a container instance, but for its range.
func (all *Instances) Bridge(arn string) backend.NetworkSpec {
	return backend.NetworkSpec{Name: name("bridge", arn), Isolated: true, Labels: all.labels(arn)}
}
