package hostport

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// published are ports of the engine host's loopback address, which is the user's where this
// process runs in a container of the engine. Their numbers are fixed. The goroutine of run
// tells the engine where all of them lead; changes made meanwhile are told together after that.
type published struct {
	relay backend.Relay
	log   *slog.Logger
	news  chan struct{} // holds a token when something has changed

	mu     sync.Mutex
	free   map[types.TransportProtocol][]uint16 // in order
	ports  map[*publishedPort]bool              // those that are open
	wanted int                                  // counts changes
	tried  int                                  // of which of them the engine has been told, or has refused them
	round  chan struct{}                        // closed when tried has changed
}

// publishedPort is one of them that leads to a task. A number of 0 is none: the engine has
// no port for it any more.
type publishedPort struct {
	of    *published
	key   portKey
	leads Target
}

var errNonePublished = errors.New("no free host port; raise --host-ports")

func newPublished(relay backend.Relay, log *slog.Logger, tcp, udp []uint16) *published {
	p := &published{
		relay: relay, log: log, news: make(chan struct{}, 1), round: make(chan struct{}),
		ports: map[*publishedPort]bool{},
	}
	p.offer(tcp, udp)
	return p
}

func (p *published) numbered() bool { return false }

// open takes the number that is asked for, if that is one of them and free, or else the lowest.
func (p *published) open(key portKey, leads Target) (openPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	number, found := p.take(key)
	if !found {
		return nil, errNonePublished
	}
	one := &publishedPort{p, portKey{key.protocol, number}, leads}
	p.ports[one] = true
	p.changed()
	return one, nil
}

func (p *published) take(key portKey) (number uint16, found bool) {
	free := p.free[key.protocol]
	if len(free) == 0 {
		return 0, false
	}
	at, there := slices.BinarySearch(free, key.port)
	if !there {
		at = 0
	}
	number = free[at]
	p.free[key.protocol] = slices.Delete(slices.Clone(free), at, at+1)
	return number, true
}

func (o *publishedPort) address() string {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	if o.key.port == 0 {
		return ""
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(o.key.port)))
}

func (o *publishedPort) lead(to Target) {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	o.leads = to
	o.of.changed()
}

func (o *publishedPort) close() {
	p := o.of
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ports[o] {
		return
	}
	delete(p.ports, o)
	if o.key.port != 0 {
		free := p.free[o.key.protocol]
		at, _ := slices.BinarySearch(free, o.key.port)
		p.free[o.key.protocol] = slices.Insert(slices.Clone(free), at, o.key.port)
	}
	p.changed()
}

// changed has the engine told.
func (p *published) changed() {
	p.wanted++
	notify(p.news)
}

// offer says which ports there are. An open one whose number is none of them any more has
// another.
func (p *published) offer(tcp, udp []uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = map[types.TransportProtocol][]uint16{
		types.TransportProtocolTcp: slices.Sorted(slices.Values(tcp)), types.TransportProtocolUdp: slices.Sorted(slices.Values(udp)),
	}
	var astray []*publishedPort
	for one := range p.ports {
		free := p.free[one.key.protocol]
		if at, found := slices.BinarySearch(free, one.key.port); found {
			p.free[one.key.protocol] = slices.Delete(free, at, at+1)
		} else {
			astray = append(astray, one)
		}
	}
	sorting.By(astray, func(a, b *publishedPort) int { return int(a.key.port) - int(b.key.port) })
	for _, one := range astray {
		before := one.key.port
		one.key.port, _ = p.take(portKey{protocol: one.key.protocol})
		p.log.Warn("a published port is gone: its task gets another one if one is free", "was", before, "is", one.key.port)
	}
	p.changed()
}

// forwards are where all the ports lead, for the engine.
func (p *published) forwards() (list []backend.PortForward, version int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for one := range p.ports {
		if one.key.port != 0 && one.leads.IP.IsValid() {
			list = append(list, backend.PortForward{Protocol: string(one.key.protocol), Port: one.key.port, To: one.leads.addrPort()})
		}
	}
	sorting.By(list, func(a, b backend.PortForward) int { return int(a.Port) - int(b.Port) })
	return list, p.wanted
}

// run tells the engine until ctx ends.
func (p *published) run(ctx context.Context) {
	for failing := false; ; {
		select {
		case <-p.news:
		case <-ctx.Done():
			return
		}
		err := p.tell(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			p.log.Warn("cannot change where host ports lead; retrying", "error", err)
		}
		if failing = err != nil; failing && pause.For(ctx, enginecall.RetryPause) == nil {
			notify(p.news)
		}
	}
}

// tell tells the engine where all ports lead. If it refuses that, other ports may be
// published by now.
func (p *published) tell(ctx context.Context) error {
	list, version := p.forwards()
	err := p.relay.SetPublished(ctx, list)
	p.mu.Lock()
	p.tried = version
	close(p.round)
	p.round = make(chan struct{})
	p.mu.Unlock()
	if err == nil || errors.Is(err, backend.ErrUnavailable) {
		return err
	}
	if tcp, udp, failed := p.relay.PublishedPorts(ctx); failed == nil {
		p.offer(tcp, udp)
	}
	return err
}

// leadPatience bounds how long the end of a task waits for its ports to lead elsewhere.
const leadPatience = 5 * time.Second

// await returns when the engine has been told of what has changed so far, or when that takes
// long.
func (p *published) await(ctx context.Context) {
	patience := time.NewTimer(leadPatience)
	defer patience.Stop()
	p.mu.Lock()
	wanted := p.wanted
	for p.tried < wanted {
		round := p.round
		p.mu.Unlock()
		select {
		case <-round:
		case <-patience.C:
			return
		case <-ctx.Done():
			return
		}
		p.mu.Lock()
	}
	p.mu.Unlock()
}

// notify puts a token into a channel that holds one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
