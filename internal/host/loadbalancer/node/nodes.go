// Package node runs load balancers on an engine. Each is what Elastic Load Balancing calls a load
// balancer node: a sandbox with an address of one of its subnets, which is found by its DNS name,
// and in there a container that the engine makes for it. The controller of load balancers decides
// when one is made and when it goes. What a former run has left, and what has ended, is told to
// Nodes by the caller, which lists containers and follows the engine's events.
package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/backend"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Label says of a sandbox and of the container in it that they are a load balancer, and which.
const Label = "ecs-emulator.load-balancer"

// Options are what Nodes need.
type Options struct {
	Host       string // the name of the agent's
	Store      *store.Store
	Log        *slog.Logger
	Engine     *enginecall.Engine
	Networks   *vpc.Networks
	Interfaces *vpc.Interfaces
	Ports      *hostport.Ports
	Labels     map[string]string // of all that is made on the engine
}

// Nodes are the load balancers on an engine. Its methods may be called by many goroutines at once.
type Nodes struct {
	Options
	balancers   backend.LoadBalancers // nil where the engine has none
	clientsLost atomic.Bool           // it has been said that targets see load balancers alone

	mu      sync.Mutex
	nodes   map[string]*node  // by the load balancer's ARN
	waiting map[string]bool   // load balancers that were to be looked at while the engine could not be used
	ids     map[string]string // ARNs, by the ids of sandboxes and containers
	news    func(arn string)
}

// node is a load balancer on the engine.
type node struct {
	nodes *Nodes
	arn   string
	turn  chan struct{} // holds a token while it is made or removed

	mu        sync.Mutex // comes after that of Nodes
	sandbox   backend.Container
	container string // id
	runs      bool   // both, as far as is known
	kept      keptAddress
	stream    io.Closer // the last one to it, which may say nothing when it has ended
	ports     map[string]hostport.Target
}

// ErrEnded is about a load balancer that has ended while Connect was under way.
var ErrEnded = errors.New("the load balancer has just ended")

var (
	errNoLoadBalancers = errors.New("the engine runs no load balancers")
	errEngineEnds      = errors.New("the emulator is shutting down")
)

// New makes Nodes of which none is known yet.
func New(o Options) *Nodes {
	return &Nodes{Options: o, balancers: o.Engine.LoadBalancers(), nodes: map[string]*node{}, waiting: map[string]bool{}, ids: map[string]string{}}
}

// OnNews sets what is told of a load balancer that was found on the engine, or that may have ended
// there. It is called before the engine is looked at.
func (n *Nodes) OnNews(tell func(arn string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.news = tell
}

// usable returns the node of a load balancer, which may not be on the engine, if the engine can be
// used.
func (n *Nodes) usable(arn string) (*node, error) {
	if n.balancers == nil {
		return nil, errNoLoadBalancers
	}
	if err := n.Engine.Health(); err != nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.waiting[arn] = true
		return nil, err
	}
	return n.node(arn), nil
}

func (n *Nodes) node(arn string) *node {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.nodes[arn]
	if b == nil {
		b = &node{nodes: n, arn: arn, turn: make(chan struct{}, 1), ports: map[string]hostport.Target{}}
		n.nodes[arn] = b
	}
	return b
}

// Run makes a load balancer on the engine and starts it, if it does not run, and returns its
// address and the subnet that it is in. Its network interface has its security groups as they are
// now.
func (n *Nodes) Run(ctx context.Context, row *elbv2.LoadBalancer) (address netip.Addr, subnet string, err error) {
	b, err := n.usable(row.ARN)
	if err != nil {
		return address, "", err
	}
	err = b.do(ctx, func(ctx context.Context) error { return b.run(ctx, row) })
	if err != nil {
		return address, "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sandbox.IP, b.sandbox.Labels[labelSubnet], nil
}

// Connect returns a stream to a load balancer that runs, or ErrEnded.
func (n *Nodes) Connect(ctx context.Context, arn string) (io.ReadWriteCloser, error) {
	b, err := n.usable(arn)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	id := b.container
	b.mu.Unlock()
	stream, err := n.balancers.ConnectLoadBalancer(ctx, id)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.runs || b.container != id {
		_ = stream.Close()
		return nil, ErrEnded
	}
	b.stream = stream
	return stream, nil
}

// KeepClients has tasks and container instances with some addresses answer through a load
// balancer that runs, and returns those that do. Where the engine cannot do that there are none.
func (n *Nodes) KeepClients(ctx context.Context, arn string, targets []netip.Addr) ([]netip.Addr, error) {
	b, err := n.usable(arn)
	if err != nil {
		return nil, err
	}
	kept, err := n.balancers.KeepClients(ctx, b.sandboxID(), targets)
	if errors.Is(err, backend.ErrNoFilter) {
		if !n.clientsLost.Swap(true) {
			n.Log.Warn("targets of network load balancers see the load balancer's address instead of the client's, because the engine cannot forward flows to them", "error", err)
		}
		return kept, nil
	}
	if err != nil {
		return kept, fmt.Errorf("keep clients' addresses: %w", err)
	}
	return kept, nil
}

// Dial connects to a TCP port of a load balancer that runs.
func (n *Nodes) Dial(ctx context.Context, arn string, port int) (net.Conn, error) {
	b, err := n.usable(arn)
	if err != nil {
		return nil, err
	}
	return n.Engine.Dial(ctx, "tcp", b.sandboxID(), port)
}

func (b *node) sandboxID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sandbox.ID
}

// Remove takes a load balancer off the engine. None is harmless.
func (n *Nodes) Remove(ctx context.Context, arn string) error {
	b, err := n.usable(arn)
	if errors.Is(err, errNoLoadBalancers) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.do(ctx, b.remove)
}

// do does something with a load balancer alone. It is done although ctx ends, since what an
// engine has begun it goes on with.
func (b *node) do(ctx context.Context, what func(context.Context) error) error {
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	if !b.nodes.Engine.Call(enginecall.Finish, func(call context.Context) {
		defer func() { <-b.turn }()
		done <- what(call)
	}) {
		<-b.turn
		return errEngineEnds
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// is notes what there is of it.
func (b *node) is(sandbox backend.Container, id string, runs bool) {
	b.nodes.know(b.arn, sandbox.ID, id)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sandbox, b.container, b.runs = sandbox, id, runs
}

// remove takes it off the engine.
func (b *node) remove(ctx context.Context) error {
	h := b.nodes
	b.mu.Lock()
	sandbox, id := b.sandbox.ID, b.container
	b.mu.Unlock()
	if err := b.discard(ctx, sandbox, id); err != nil {
		return err
	}
	b.giveBack()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.nodes, b.arn)
	return nil
}

// discard removes what there is of it. It leaves its groups first, since another sandbox may get
// its address at once.
func (b *node) discard(ctx context.Context, ids ...string) error {
	h := b.nodes
	b.mu.Lock()
	b.runs = false // its end is no news
	b.mu.Unlock()
	b.closePorts()
	h.Ports.Await(ctx)
	b.mu.Lock()
	address := b.sandbox.IP
	b.mu.Unlock()
	h.Interfaces.LeaveAt(b.arn, address)
	for i := range ids {
		id := ids[len(ids)-1-i] // what is in a sandbox before it
		if id == "" {
			continue
		}
		if err := h.Engine.Remove(ctx, id); err != nil {
			return fmt.Errorf("remove the load balancer from the engine: %w", err)
		}
		h.forget(id)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sandbox, b.container = backend.Container{}, ""
	return nil
}

func (b *node) labels() map[string]string {
	all := maps.Clone(b.nodes.Labels)
	all[Label] = b.arn
	return all
}

// name is the name of something of it on the engine.
func (b *node) name(kind string) string { return "ecs-" + kind + "-" + arn.Name(b.arn) }
