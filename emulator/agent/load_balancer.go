package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/elbv2"
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
	ports     map[string]target
}

var (
	errNoLoadBalancers = errors.New("the engine runs no load balancers")
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
	case h.health() != nil:
		return nil, h.health()
	}
	return h.loadBalancer(arn), nil
}

func (h *host) loadBalancer(arn string) *loadBalancer {
	h.loadBalancersMu.Lock()
	defer h.loadBalancersMu.Unlock()
	b := h.loadBalancers[arn]
	if b == nil {
		b = &loadBalancer{host: h, arn: arn, turn: make(chan struct{}, 1), ports: map[string]target{}}
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
	return b.host.balancers.ConnectLoadBalancer(ctx, id)
}

// DialLoadBalancer connects to a port of one that runs.
func (a *Agent) DialLoadBalancer(ctx context.Context, arn string, port int) (net.Conn, error) {
	b, err := a.loadBalancer(arn)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	sandbox := b.sandbox.ID
	b.mu.Unlock()
	return b.host.Engine.Dial(ctx, "tcp", sandbox, port)
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
	call := b.host.agent.calls.begin(&chain{}, true)
	done := make(chan error, 1)
	over := func() { call.end(); <-b.turn }
	if !b.host.spawn(func() { defer over(); done <- what(call) }) {
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

// run is called by one at a time.
func (b *loadBalancer) run(ctx context.Context, row *elbv2.LoadBalancer) error {
	b.mu.Lock()
	sandbox, id, runs := b.sandbox, b.container, b.runs
	b.mu.Unlock()
	if runs || id != "" && b.stands(ctx, sandbox.ID, id) {
		b.is(sandbox, id, true)
		return b.join(ctx, row, sandbox)
	}
	if err := b.discard(ctx, sandbox.ID, id); err != nil {
		return err
	}
	sandbox, err := b.makeSandbox(ctx, row)
	if err != nil {
		return err
	}
	spec := backend.LoadBalancerSpec{Name: b.name("balancer"), Sandbox: sandbox.ID, Labels: b.labels()}
	if id, err = b.host.balancers.CreateLoadBalancer(ctx, spec); err != nil {
		return fmt.Errorf("create the load balancer's container: %w", err)
	}
	b.is(sandbox, id, false)
	if err := b.host.Engine.Start(ctx, id); err != nil {
		return fmt.Errorf("start the load balancer's container: %w", err)
	}
	b.is(sandbox, id, true)
	return nil
}

// stands asks the engine whether both run.
func (b *loadBalancer) stands(ctx context.Context, ids ...string) bool {
	for _, id := range ids {
		if seen, err := b.host.Engine.Inspect(ctx, id); err != nil || seen.State != backend.Running {
			return false
		}
	}
	return true
}

// is notes what there is of it.
func (b *loadBalancer) is(sandbox backend.Container, id string, runs bool) {
	b.host.knowLoadBalancer(b.arn, sandbox.ID, id)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sandbox, b.container, b.runs = sandbox, id, runs
}

// makeSandbox tries one subnet after the other: one may be full.
func (b *loadBalancer) makeSandbox(ctx context.Context, row *elbv2.LoadBalancer) (made backend.Container, err error) {
	for _, zone := range row.Zones {
		made, err = b.trySandbox(ctx, row, zone.Subnet)
		if backend.Missing(err, backend.KindNetwork) { // somebody has removed it
			b.host.forgetNetworks()
			made, err = b.trySandbox(ctx, row, zone.Subnet)
		}
		if !errors.Is(err, backend.ErrSubnetFull) {
			return made, err
		}
	}
	return made, err
}

func (b *loadBalancer) trySandbox(ctx context.Context, row *elbv2.LoadBalancer, subnet string) (made backend.Container, err error) {
	h := b.host
	network, part, err := h.subnetNetwork(ctx, row.Scope, subnet)
	if err != nil {
		return made, err
	}
	labels := b.labels()
	labels[labelSubnet] = subnet
	spec := backend.SandboxSpec{Name: b.name("load-balancer"), Network: network.Name, Subnet: part, Labels: labels}
	if vpcOf(h.agent.Store.Read(), row.Scope, subnet).DNSSupport {
		spec.Aliases = aliases(row.DNSName)
	}
	for range maxSandboxes {
		if made, err = h.Engine.CreateSandbox(ctx, spec); err != nil {
			return made, fmt.Errorf("make the network interface of the load balancer: %w", err)
		}
		b.is(made, "", false)
		if err = h.Engine.Start(ctx, made.ID); err == nil {
			return made, b.joinAnew(ctx, row, made)
		}
		if removed := b.discard(ctx, made.ID, ""); removed != nil || !errors.Is(err, backend.ErrAddressInUse) {
			return made, errors.Join(err, removed)
		}
	}
	return made, err
}

// aliases are the ways to write a DNS name: engines tell capitals apart.
func aliases(name string) []string {
	if lower := strings.ToLower(name); lower != name {
		return []string{name, lower}
	}
	return []string{name}
}

// joinAnew has a sandbox that has just begun let pass what it shall.
func (b *loadBalancer) joinAnew(ctx context.Context, row *elbv2.LoadBalancer, made backend.Container) error {
	all := b.host.agent.interfaces
	all.join(b.host, b.arn, row.Scope, row.SecurityGroups, made.IP)
	return all.started(ctx, b.arn, made.ID)
}

// join does so for one that runs: it may have other groups by now.
func (b *loadBalancer) join(ctx context.Context, row *elbv2.LoadBalancer, made backend.Container) error {
	all := b.host.agent.interfaces
	all.join(b.host, b.arn, row.Scope, row.SecurityGroups, made.IP)
	all.found(b.arn, made.ID)
	return all.ready(ctx, b.arn)
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
	h.ports.await(ctx)
	h.agent.interfaces.leave(b.arn)
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
