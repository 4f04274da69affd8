package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// relays is what an Engine knows of its relay: the container that carries connections
// between its networks and this process, over streams on its standard input and output. It
// is made when it is needed first, and ends when this process does.
type relays struct {
	ports int // Options.HostPorts

	link lazy.Value[*relayLink]
	era  atomic.Int64 // counts the times it was dropped
	over atomic.Bool  // no other is to be made

	making chan struct{} // holds a token while one is made or dropped
	latest string        // id of the one made last, for who holds that token
	nets   chan struct{} // holds a token while networks of it change

	mu        sync.Mutex
	current   *relayLink                 // also before link has it
	listeners map[uint16]*relayListener  // by port, where somebody listens
	forwards  []backend.PortForward      // where published ports lead
	published hostPorts                  // of the latest one
	addresses map[string]netip.Addr      // network id to the address that it has or had
	routed    map[string]vpcnet.Network  // id of an isolated network to that which it leads to
	begun     map[chan struct{}]struct{} // attempts under way
}

func newRelays(ports int) *relays {
	return &relays{
		ports: max(ports, 0), making: make(chan struct{}, 1), nets: make(chan struct{}, 1),
		listeners: map[uint16]*relayListener{}, addresses: map[string]netip.Addr{}, routed: map[string]vpcnet.Network{}, begun: map[chan struct{}]struct{}{},
	}
}

// relayLink is a relay that runs.
type relayLink struct {
	id        string
	published hostPorts
	era       int64
	conn      *dockerapi.Attached
	session   *yamux.Session
	dropped   atomic.Bool // on purpose
	networks  sync.Map    // ids of the networks that it is on

	leading chan struct{} // holds a token while its ports are led elsewhere
}

func (l *relayLink) hangUp() {
	l.dropped.Store(true)
	_ = l.session.Close()
}

// take waits for a turn.
func take(ctx context.Context, turn chan struct{}) error {
	select {
	case turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// relay returns the relay, made if need be.
func (e *Engine) relay(ctx context.Context) (*relayLink, error) {
	return e.relayOf(ctx, e.relays.era.Load())
}

// relayOf returns the relay for somebody who asks since an era; one that is dropped
// meanwhile is not made again for him.
func (e *Engine) relayOf(ctx context.Context, era int64) (*relayLink, error) {
	for {
		if l, made := e.relays.link.Peek(); made && l.session.IsClosed() {
			e.relays.forget(l)
		}
		l, err := e.relays.link.Get(ctx, func(ctx context.Context) (*relayLink, error) { return e.startRelay(ctx, era) })
		if !errors.Is(err, errRelayDropped) || !e.relays.goesOn(era) {
			return l, err
		} // it was being made for somebody of an era before
	}
}

// goesOn reports whether nothing has been dropped since.
func (r *relays) goesOn(era int64) bool { return r.era.Load() == era && !r.over.Load() }

// forget has the next who needs the relay make another.
func (r *relays) forget(broken *relayLink) {
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
func (r *relays) running() *relayLink {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

// wanted reports whether there is to be a relay without being asked for each time.
func (r *relays) wanted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.listeners)+len(r.forwards) > 0
}

// listenerAt is who listens at a port; nil is nobody.
func (r *relays) listenerAt(port uint16) *relayListener {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.listeners[port]
}

// beginRelay has the relay made, if somebody listens, and put on the networks in use; it
// does not wait for that.
func (e *Engine) beginRelay() {
	if !e.relays.wanted() {
		return
	}
	era, ended := e.relays.era.Load(), make(chan struct{})
	e.relays.mu.Lock()
	e.relays.begun[ended] = struct{}{}
	e.relays.mu.Unlock()
	go func() {
		defer func() {
			e.relays.mu.Lock()
			delete(e.relays.begun, ended)
			e.relays.mu.Unlock()
			close(ended)
		}()
		ctx, cancel := context.WithTimeout(e.closing, lazy.LoadTimeout)
		defer cancel()
		l, err := e.relayOf(ctx, era)
		if err == nil {
			err = e.joinAll(ctx, l)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, errRelayDropped) {
			e.log.Warn("containers do not reach the emulator", "name", backend.RelayName, "metadata", backend.TaskMetadataAddress, "error", err)
		}
	}()
}

// relayPatience is for how long a container that starts waits for the relay that it may
// talk to at once.
const relayPatience = 10 * time.Second

// awaitRelay waits for what beginRelay has begun.
func (e *Engine) awaitRelay(ctx context.Context) {
	e.relays.mu.Lock()
	var begun []chan struct{}
	for ended := range e.relays.begun {
		begun = append(begun, ended)
	}
	e.relays.mu.Unlock()
	if len(begun) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, relayPatience)
	defer cancel()
	for _, ended := range begun {
		select {
		case <-ended:
		case <-ctx.Done():
		}
	}
}

// errRelayDropped: the relay that is being made is no longer wanted.
var errRelayDropped = errors.New("relay was dropped")

// startRelay makes nothing, not even a lifeline, after that era.
func (e *Engine) startRelay(ctx context.Context, era int64) (*relayLink, error) {
	if err := take(ctx, e.relays.making); err != nil {
		return nil, err
	}
	defer func() { <-e.relays.making }()
	if !e.relays.goesOn(era) {
		return nil, errRelayDropped
	}
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return nil, err
	}
	if err := e.removeEarlierRelays(ctx); err != nil {
		e.log.Warn("earlier relay not removed", "error", err)
	}
	l, err := e.newRelay(ctx)
	if err != nil {
		return nil, fmt.Errorf("start relay: %w", err)
	}
	e.relays.latest, l.era = l.id, era
	e.relays.mu.Lock()
	e.relays.current, e.relays.published = l, l.published
	e.relays.mu.Unlock()
	go e.receive(l)
	go e.tendRelay(l)
	err = errors.Join(e.joinAll(ctx, l), e.lead(ctx, l))
	if err != nil { // it carries what it can
		e.log.Warn("relay lacks something", "error", err)
	}
	if e.relays.era.Load() != era { // who dropped it may have lost patience
		l.hangUp()
		e.relays.forget(l)
		return nil, errors.Join(errRelayDropped, e.containers.Remove(ctx, l.id))
	}
	return l, nil
}

// tendRelay waits for the relay to break, and makes another where somebody needs it all
// the time.
func (e *Engine) tendRelay(l *relayLink) {
	<-l.session.CloseChan()
	_ = l.conn.Close()
	e.relays.forget(l)
	if l.dropped.Load() || e.closing.Err() != nil {
		return
	}
	e.log.Warn("relay broke", "container", l.id, "output", l.conn.Complaint())
	for wait := dockerapi.FirstRetry; e.relays.era.Load() == l.era; wait = min(2*wait, dockerapi.LastRetry) {
		ctx, cancel := context.WithTimeout(e.closing, lazy.LoadTimeout)
		err := e.containers.Remove(ctx, l.id)
		if e.relays.wanted() {
			_, err = e.relayOf(ctx, l.era)
		}
		cancel()
		if err == nil {
			return
		}
		select {
		case <-time.After(wait):
		case <-e.closing.Done():
			return
		}
	}
}

// dropRelay removes the relay. The next who needs one makes it.
func (e *Engine) dropRelay(ctx context.Context) error {
	e.relays.era.Add(1)
	if err := take(ctx, e.relays.making); err != nil { // one that is just being made is dropped too
		return err
	}
	defer func() { <-e.relays.making }()
	l := e.relays.running()
	if l == nil {
		return nil
	}
	l.hangUp()
	e.relays.forget(l)
	return e.containers.Remove(ctx, l.id)
}
