package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/hostport"
)

// labelLoadBalancer says of a sandbox and of the container in it that they are a load balancer,
// and which.
const labelLoadBalancer = "ecs-emulator.load-balancer"

// loadBalancer is a load balancer on the engine: a sandbox with an address of one of its
// subnets, which is found by its DNS name, and a container in there that the engine makes for
// it. Whoever asks for it decides when it is made and when it goes, and is told (LoadBalancerNews)
// when it may not be what it was.
type loadBalancer struct {
	host *host
	arn  string
	turn chan struct{} // holds a token while it is made or removed

	mu        sync.Mutex // comes after that of the host
	sandbox   backend.Container
	container string // id
	runs      bool   // both, as far as is known
	kept      keptAddress
	stream    io.Closer // the last one to it, which may say nothing when it has ended
	ports     map[string]hostport.Target
}

var (
	errNoLoadBalancers = errors.New("the engine runs no load balancers")
	errHasEnded        = errors.New("the load balancer has just ended")
	errHostEnds        = errors.New("the emulator is about to end")
)

// loadBalancerHost is the host on whose engine load balancers are.
const loadBalancerHost = ""

// loadBalancer returns that of an ARN, which may not be on the engine.
func (a *Agent) loadBalancer(arn string) (*loadBalancer, error) {
	h := a.hosts[loadBalancerHost]
	switch {
	case h == nil || h.balancers == nil:
		return nil, errNoLoadBalancers
	case h.Engine.Health() != nil:
		return nil, h.Engine.Health()
	}
	return h.loadBalancer(arn), nil
}

func (h *host) loadBalancer(arn string) *loadBalancer {
	h.loadBalancersMu.Lock()
	defer h.loadBalancersMu.Unlock()
	b := h.loadBalancers[arn]
	if b == nil {
		b = &loadBalancer{host: h, arn: arn, turn: make(chan struct{}, 1), ports: map[string]hostport.Target{}}
		h.loadBalancers[arn] = b
	}
	return b
}

// RunLoadBalancer makes a load balancer on the engine and starts it, if it does not run, and
// returns its address and the subnet that it is in. Its network interface has its security
// groups as they are now.
func (a *Agent) RunLoadBalancer(ctx context.Context, row *elbv2.LoadBalancer) (address netip.Addr, subnet string, err error) {
	b, err := a.loadBalancer(row.ARN)
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

// ConnectLoadBalancer returns a stream to one that runs.
func (a *Agent) ConnectLoadBalancer(ctx context.Context, arn string) (io.ReadWriteCloser, error) {
	b, err := a.loadBalancer(arn)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	id := b.container
	b.mu.Unlock()
	stream, err := b.host.balancers.ConnectLoadBalancer(ctx, id)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.runs || b.container != id {
		_ = stream.Close()
		return nil, errHasEnded
	}
	b.stream = stream
	return stream, nil
}

// KeepClients has tasks and container instances with some addresses answer through a load
// balancer that runs, and returns those that do. Where the engine cannot do that there are none.
func (a *Agent) KeepClients(ctx context.Context, arn string, targets []netip.Addr) ([]netip.Addr, error) {
	b, err := a.loadBalancer(arn)
	if err != nil {
		return nil, err
	}
	kept, err := b.host.balancers.KeepClients(ctx, b.sandboxID(), targets)
	if errors.Is(err, backend.ErrNoFilter) {
		if !b.host.clientsLost.Swap(true) {
			a.Log.Warn("targets of network load balancers see the load balancer's address instead of the client's, because the engine cannot forward flows to them", "host", b.host.Name, "error", err)
		}
		return kept, nil
	}
	if err != nil {
		return kept, fmt.Errorf("keep clients' addresses: %w", err)
	}
	return kept, nil
}

// DialLoadBalancer connects to a port of one that runs.
func (a *Agent) DialLoadBalancer(ctx context.Context, arn string, port int) (net.Conn, error) {
	b, err := a.loadBalancer(arn)
	if err != nil {
		return nil, err
	}
	return b.host.Engine.Dial(ctx, "tcp", b.sandboxID(), port)
}

func (b *loadBalancer) sandboxID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sandbox.ID
}

// RemoveLoadBalancer takes a load balancer off the engine. None is harmless.
func (a *Agent) RemoveLoadBalancer(ctx context.Context, arn string) error {
	b, err := a.loadBalancer(arn)
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
func (b *loadBalancer) do(ctx context.Context, what func(context.Context) error) error {
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	call := b.host.agent.calls.Begin(nil, enginecall.Finish)
	done := make(chan error, 1)
	over := func() { call.End(); <-b.turn }
	if !b.host.Engine.Go(func() { defer over(); done <- what(call) }) {
		over()
		return errHostEnds
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// is notes what there is of it.
func (b *loadBalancer) is(sandbox backend.Container, id string, runs bool) {
	b.host.knowLoadBalancer(b.arn, sandbox.ID, id)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sandbox, b.container, b.runs = sandbox, id, runs
}

// remove takes it off the engine.
func (b *loadBalancer) remove(ctx context.Context) error {
	h := b.host
	b.mu.Lock()
	sandbox, id := b.sandbox.ID, b.container
	b.mu.Unlock()
	if err := b.discard(ctx, sandbox, id); err != nil {
		return err
	}
	b.giveBack()
	h.loadBalancersMu.Lock()
	defer h.loadBalancersMu.Unlock()
	delete(h.loadBalancers, b.arn)
	return nil
}

// discard removes what there is of it. It leaves its groups first, since somebody else may get
// its address at once.
func (b *loadBalancer) discard(ctx context.Context, ids ...string) error {
	h := b.host
	b.mu.Lock()
	b.runs = false // its end is no news
	b.mu.Unlock()
	b.closePorts()
	h.ports.Await(ctx)
	h.agent.interfaces.Leave(b.arn)
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

func (b *loadBalancer) labels() map[string]string {
	all := b.host.labels()
	all[labelLoadBalancer] = b.arn
	return all
}

// name is that of something of it on the engine.
func (b *loadBalancer) name(kind string) string { return "ecs-" + kind + "-" + arn.Name(b.arn) }
