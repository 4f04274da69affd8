package backend

import (
	"context"
	"io"
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
	// balancer.Connect: what it is told holds until it ends, whoever is connected. Of one that
	// does not run the stream ends, or says nothing.
	ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error)
}

// LoadBalancerSpec describes a load balancer.
type LoadBalancerSpec struct {
	Name    string
	Sandbox string // id of the sandbox in whose namespace it is
	Labels  map[string]string
}
