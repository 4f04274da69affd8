// Package dataplane is the data plane of a load balancer: listeners with their rules, target
// groups with their health checks, and what carries requests, connections and datagrams between
// them.
//
//	b := dataplane.New(dataplane.Options{Report: report})
//	defer b.Close()
//	err := b.Set(balancer.Piece{Version: 1, TargetGroup: group})
//	err = b.Set(balancer.Piece{Version: 2, Target: target})
//	err = b.Set(balancer.Piece{Version: 3, Listener: listener})
//
// Pieces come in any order. A change never touches a request that is in progress.
package dataplane

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Options are what a balancer stands on. All have useful zero values.
type Options struct {
	// Listen and ListenPacket open the port of a listener; the address is ":port", or
	// "host:port" of a listener with an address.
	Listen       func(network, address string) (net.Listener, error)
	ListenPacket func(network, address string) (net.PacketConn, error)
	// Dial connects to a target. Whose context has a client (ClientOf) is to be seen there
	// with the client's address, where that can be had.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now and AfterFunc are the clock of health checks, slow start and cookies. What
	// requests wait for, and a check in progress, take real time.
	Now       func() time.Time
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
	// Report is told of each change of a target's health, one after another. It may
	// call the balancer, but no longer than it must.
	Report func(balancer.Health)
	// Steer, unless it is nil, has the kernel lead flows of network listeners, instead of what it
	// was told before. Those that it leads do not come to Listen and ListenPacket; all do while it
	// returns an error.
	Steer func(balancer.Steering) error
	// KernelCounts tells what the kernel has counted of the flows that it leads; nil leads none.
	KernelCounts func() (*balancer.KernelCounts, error)
	// AccessLog gets a line for each request of proxies of Service Connect whose listeners ask for that; nil
	// writes none.
	AccessLog io.Writer
	// Uncounted counts nothing, to measure what counting costs.
	Uncounted bool
	Log       *slog.Logger
}

// ErrClosed is what a balancer says that has been closed.
var ErrClosed = errors.New("the balancer is closed")

// Balancer is one load balancer.
type Balancer struct {
	options Options
	ctx     context.Context // ends with the balancer
	cancel  context.CancelFunc
	running sync.WaitGroup // goroutines; what the http servers run ends with them
	clients chan struct{}  // a token for each connection
	runtime listener.Runtime

	mu           sync.Mutex // guards what follows; never held over a call to a target
	versions     map[balancer.Key]int64
	sockets      map[string]*listenerSocket    // by the listener's id
	unopened     map[string]*listener.Listener // whose port could not be opened: their targets are checked all the same
	groups       map[string]*target.Group
	certificates map[string]*tlspolicy.Certificate
	checks       checker
	steers       steerer
	leaving      []*target.Target  // removed, with requests under way
	told         []balancer.Health // not yet reported
	telling      bool
	closed       bool
}

// New makes a balancer without listeners. It does nothing until pieces are set.
func New(options Options) *Balancer {
	b := &Balancer{
		options: options.withDefaults(), clients: make(chan struct{}, mostClients), versions: map[balancer.Key]int64{},
		sockets: map[string]*listenerSocket{}, unopened: map[string]*listener.Listener{}, groups: map[string]*target.Group{}, certificates: map[string]*tlspolicy.Certificate{},
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.runtime = listener.Runtime{
		Context: b.ctx, Running: &b.running, Dial: b.options.Dial, Now: b.options.Now, Log: b.options.Log,
		Dismiss: b.dismiss, MostHeads: mostHeads, MostFlows: mostFlows,
	}
	b.runtime.Eject = b.eject
	if options.AccessLog != nil {
		b.runtime.AccessLog = &lines{to: options.AccessLog}
	}
	if !options.Uncounted {
		b.runtime.Counts = count.New()
	}
	return b
}

// Counts are what has been counted since the balancer was made, or nil if it counts nothing.
func (b *Balancer) Counts() *balancer.Counts {
	c := b.runtime.Counts.Total()
	if c == nil || b.options.KernelCounts == nil {
		return c
	}
	kernel, err := b.options.KernelCounts()
	c.Kernel = kernel
	if err != nil {
		c.Uncounted = err.Error()
	}
	return c
}

func (o Options) withDefaults() Options {
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	if o.ListenPacket == nil {
		o.ListenPacket = net.ListenPacket
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AfterFunc == nil {
		o.AfterFunc = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if o.Report == nil {
		o.Report = func(balancer.Health) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Run serves until ctx ends, and closes the balancer.
func (b *Balancer) Run(ctx context.Context) error {
	<-ctx.Done()
	return b.Close()
}

// Checking is how many health checks are in progress: who advances the clock waits
// until there are none.
func (b *Balancer) Checking() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.checks.active
}

// tell has a health reported when the lock is free.
func (b *Balancer) tell(h balancer.Health) { b.told = append(b.told, h) }

// deliver reports what there is to tell, unless another call is at it, which goes on.
func (b *Balancer) deliver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.telling {
		return
	}
	b.telling = true
	for len(b.told) > 0 {
		told := b.told
		b.told = nil
		b.mu.Unlock()
		for _, h := range told {
			b.options.Report(h)
		}
		b.mu.Lock()
	}
	b.telling = false
}

// Close closes ports and connections, requests on their way included, and returns when
// nothing runs any more.
func (b *Balancer) Close() error {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		b.cancel()
		b.setTimer()
		for _, s := range b.sockets {
			s.end()
		}
		for _, g := range b.groups {
			for _, t := range g.Targets {
				t.Retire()
			}
		}
	}
	b.mu.Unlock()
	b.running.Wait()
	if b.options.Steer != nil { // those that it leads go on
		return b.options.Steer(balancer.Steering{})
	}
	return nil
}
