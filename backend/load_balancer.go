package backend

import (
	"context"
	"io"
	"net/netip"
)

// LoadBalancers is implemented by engines that run the data plane of load balancers, which is
// package balancer, in the network namespace of a sandbox: that gives it its address, what its
// security groups let pass, and the names by which others find it.
type LoadBalancers interface {
	// CreateLoadBalancer makes one, stopped, and returns its id. It is a container for Start,
	// Stop, Remove, Inspect, List and Watch, and goes on when this process ends. With the same
	// Name it returns the id of the one that exists.
	CreateLoadBalancer(ctx context.Context, spec LoadBalancerSpec) (id string, err error)
	// ConnectLoadBalancer returns a stream to one that runs, for package balancer's
	// control.Connect: what it is told holds until it ends, also without a client. Of one that
	// does not run the stream ends, or says nothing.
	ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error)
	// KeepClients has running sandboxes answer through the sandbox of a load balancer what
	// comes to them from there, for any destination: so the load balancer can pass on the
	// addresses of clients. It returns those of the targets that are addresses of sandboxes on
	// its network which do so from now on, until they start again. What is said twice is
	// harmless. It returns [ErrNoFilter] with what is missing where the engine's kernel
	// cannot lead flows, and targets see the load balancer's address.
	KeepClients(ctx context.Context, sandboxID string, targets []netip.Addr) (kept []netip.Addr, err error)
}

// LoadBalancerSpec describes a load balancer.
type LoadBalancerSpec struct {
	Name    string
	Sandbox string // id of the sandbox in whose namespace it is
	Labels  map[string]string
	// Logs keeps what it writes, which is access logs, for Logs of the engine.
	Logs bool
}
