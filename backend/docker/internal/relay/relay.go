// Package relay carries connections between the networks of an owner and this process, by a container
// that is on them.
package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-yamux/v5"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// Relay is the container that carries connections between an owner's networks and this process, over
// streams on its standard input and output. It is made when it is needed first, and ends when this
// process does.
type Relay struct {
	Options

	link lazy.Value[*link]
	era  atomic.Int64 // counts the times it was dropped
	over atomic.Bool  // no other is to be made

	making *semaphore.Weighted // held while one is made or dropped
	latest string              // id of the one made last, for the holder of making
	nets   *semaphore.Weighted // held while networks of it change

	mu        sync.Mutex
	current   *link                      // also before link has it
	listeners map[uint16]*listener       // by port
	forwards  []backend.PortForward      // where published ports lead
	published publication                // of the latest one, with the registry's port of the latest one that had one
	addresses map[string]netip.Addr      // network id to the address that it has or had
	routed    map[string]vpcnet.Network  // id of an isolated network to that which it leads to
	begun     map[chan struct{}]struct{} // attempts under way

	registryNeeded func(context.Context) (port uint16) // nil: never
}

// Options are what a Relay needs; all but HostPorts are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Commands   *command.Commands
	Networks   *vpcnet.Networks
	Owner      label.Owner
	Heartbeat  *owner.Heartbeat
	// HostPorts is how many ports of the engine host's loopback address are published where this
	// process runs in a container of the engine. Zero is none.
	HostPorts int
	// Reachable reports whether the address of the relay on a bridge of the engine can be dialled from here.
	Reachable func(context.Context) (bool, error)
	Closing   context.Context // ends what tends the relay
	Log       *slog.Logger
}

// New returns the relay of an owner, which is not made yet.
func New(o Options) *Relay {
	return &Relay{
		Options: o, making: semaphore.NewWeighted(1), nets: semaphore.NewWeighted(1),
		listeners: map[uint16]*listener{}, addresses: map[string]netip.Addr{}, routed: map[string]vpcnet.Network{}, begun: map[chan struct{}]struct{}{},
	}
}

// link is a relay that runs.
type link struct {
	id        string
	published publication
	era       int64
	conn      *dockerapi.Attached
	session   *yamux.Session
	dropped   atomic.Bool  // on purpose
	networks  sync.Map     // ids of the networks that it is on
	gateways  []netip.Addr // of its host; see gateways

	leading *semaphore.Weighted // held while its ports are led elsewhere
}

func (l *link) hangUp() {
	l.dropped.Store(true)
	_ = l.session.Close()
}

// get returns the relay, made if need be.
func (r *Relay) get(ctx context.Context) (*link, error) {
	return r.getSince(ctx, r.era.Load())
}

// getSince returns the relay for a caller that asks since an era; one that is dropped meanwhile is
// not made again for that caller.
func (r *Relay) getSince(ctx context.Context, era int64) (*link, error) {
	for {
		if l, made := r.link.Peek(); made && l.session.IsClosed() {
			r.forget(l)
		}
		l, err := r.link.Get(ctx, func(ctx context.Context) (*link, error) { return r.start(ctx, era) })
		if !errors.Is(err, errDropped) || !r.goesOn(era) {
			return l, err
		} // it was being made for a caller of an era before
	}
}

// goesOn reports whether nothing has been dropped since.
func (r *Relay) goesOn(era int64) bool { return r.era.Load() == era && !r.over.Load() }

// forget has the next call that needs the relay make another.
func (r *Relay) forget(broken *link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == broken {
		r.current = nil
	}
	if l, made := r.link.Peek(); made && l == broken {
		r.link.Reset()
	}
}

// running is the relay that runs; nil is none.
func (r *Relay) running() *link {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

// wanted reports whether there is to be a relay without being asked for each time.
func (r *Relay) wanted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.listeners)+len(r.forwards) > 0
}

// listenerAt is what listens at a port; nil is nothing.
func (r *Relay) listenerAt(port uint16) *listener {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.listeners[port]
}

// Begin has the relay made, if it is wanted all the time, and put on the networks in use; it
// does not wait for that.
func (r *Relay) Begin() {
	if !r.wanted() {
		return
	}
	era, ended := r.era.Load(), r.underWay()
	go func() {
		defer ended()
		ctx, cancel := context.WithTimeout(r.Closing, lazy.LoadTimeout)
		defer cancel()
		l, err := r.getSince(ctx, era)
		if err == nil {
			err = r.joinAll(ctx, l)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, errDropped) {
			r.Log.Warn("containers do not reach the emulator", "name", backend.RelayName, "metadata", backend.TaskMetadataAddress, "error", err)
		}
	}()
}

// underWay notes that the relay is being made or put on networks, until the function that it returns
// is called.
func (r *Relay) underWay() (ended func()) {
	over := make(chan struct{})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun[over] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.begun, over)
		close(over)
	}
}

// patience is for how long a container that starts waits for the relay that it may
// talk to at once. An engine that has much to do takes many seconds to make it.
const patience = 30 * time.Second

// Await waits for the relay that Begin has begun, or that is being made in place of one that broke.
func (r *Relay) Await(ctx context.Context) {
	r.mu.Lock()
	var begun []chan struct{}
	for ended := range r.begun {
		begun = append(begun, ended)
	}
	r.mu.Unlock()
	if len(begun) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, ended := range begun {
		select {
		case <-ended:
		case <-ctx.Done():
		}
	}
}

// errDropped: the relay that is being made is no longer wanted.
var errDropped = errors.New("relay was dropped")

// start makes a relay, and nothing, not even a heartbeat, once the era is over.
func (r *Relay) start(ctx context.Context, era int64) (*link, error) {
	if err := r.making.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer r.making.Release(1)
	if !r.goesOn(era) {
		return nil, errDropped
	}
	if err := r.Heartbeat.Ensure(ctx); err != nil {
		return nil, err
	}
	if err := r.removeEarlier(ctx); err != nil {
		r.Log.Warn("earlier relay not removed", "error", err)
	}
	l, err := r.create(ctx)
	if err != nil {
		return nil, fmt.Errorf("start relay: %w", err)
	}
	r.latest, l.era = l.id, era
	r.mu.Lock()
	registry := cmp.Or(l.published.registry, r.published.registry)
	r.current, r.published = l, publication{l.published.tasks, registry}
	r.mu.Unlock()
	go r.receive(l)
	go r.tend(l)
	err = errors.Join(r.joinAll(ctx, l), r.lead(ctx, l))
	if err != nil { // it carries what it can
		r.Log.Warn("cannot set up the relay completely", "error", err)
	}
	if r.era.Load() != era { // what dropped it may have lost patience
		l.hangUp()
		r.forget(l)
		return nil, errors.Join(errDropped, r.Containers.Remove(ctx, l.id))
	}
	return l, nil
}

// tend waits for the relay to break, and makes another where it is wanted all the time.
func (r *Relay) tend(l *link) {
	<-l.session.CloseChan()
	_ = l.conn.Close()
	r.forget(l)
	if l.dropped.Load() || r.Closing.Err() != nil {
		return
	}
	r.Log.Warn("relay broke", "container", l.id, "output", l.conn.Complaint())
	for wait := dockerapi.FirstRetry; r.era.Load() == l.era; wait = min(2*wait, dockerapi.LastRetry) {
		if r.replace(l) == nil || pause.For(r.Closing, wait) != nil {
			return
		}
	}
}

// replace removes a relay that broke, and makes another where it is wanted all the time.
func (r *Relay) replace(broken *link) error {
	if r.wanted() {
		defer r.underWay()()
	}
	ctx, cancel := context.WithTimeout(r.Closing, lazy.LoadTimeout)
	defer cancel()
	err := r.Containers.Remove(ctx, broken.id)
	if r.wanted() {
		_, err = r.getSince(ctx, broken.era)
	}
	return err
}

// Drop removes the relay. The next call that needs one makes it.
func (r *Relay) Drop(ctx context.Context) error {
	r.era.Add(1)
	if err := r.making.Acquire(ctx, 1); err != nil { // one that is just being made is dropped too
		return err
	}
	defer r.making.Release(1)
	l := r.running()
	if l == nil {
		return nil
	}
	l.hangUp()
	r.forget(l)
	return r.Containers.Remove(ctx, l.id)
}

// Close removes the relay, and has no other made.
func (r *Relay) Close(ctx context.Context) error {
	r.over.Store(true)
	return r.Drop(ctx)
}

// Direct reports whether the relay runs and is reached at its address, past the engine.
func (r *Relay) Direct() bool {
	l := r.running()
	if l == nil {
		return false
	}
	at, tcp := l.session.RemoteAddr().(*net.TCPAddr)
	return tcp && decimal(uint16(at.Port)) == tunnel.HomePort
}

// AskEarlier asks for the relay as a caller does who began before the last Drop; for tests.
func (r *Relay) AskEarlier(ctx context.Context) error {
	_, err := r.getSince(ctx, r.era.Load()-1)
	return err
}
