package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
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
	// its network, on any engine, which do so from now on, until they start again. What is said twice is
	// harmless. It returns [ErrNoFilter] with what is missing where the engine's kernel
	// cannot lead flows, and targets see the load balancer's address.
	KeepClients(ctx context.Context, sandboxID string, targets []netip.Addr) (kept []netip.Addr, err error)
	// SetConnect has a running sandbox lead calls to the load balancer in its namespace, instead of what
	// was said before, until it starts again. It returns [ErrNoFilter] with what is missing where the
	// engine's kernel cannot lead them.
	SetConnect(ctx context.Context, sandboxID string, c Connect) error
}

// Connect is how calls of a sandbox go through a load balancer in its own namespace, which is a proxy of Service
// Connect then.
type Connect struct {
	// Names lead to loopback addresses of the sandbox, for the containers in its namespace.
	Names []ConnectName
	// Calls are TCP ports at those addresses, and where in the namespace calls to them go instead.
	Calls []ConnectCall
	// Ports are TCP ports of the sandbox's address, and the ports to which calls from outside go instead. A
	// filter sees the former. What calls from inside the namespace reaches what listens at the former.
	Ports []ConnectPort
}

// ConnectName is a line of the hosts file.
type ConnectName struct {
	Name    string
	Address netip.Addr
}

// ConnectCall leads from an address to another one of the same namespace.
type ConnectCall struct{ At, To netip.AddrPort }

// ConnectPort leads from a port to another one.
type ConnectPort struct{ Port, To uint16 }

// Called is where a call from the namespace to one of its own addresses goes.
func (c Connect) Called(to netip.AddrPort) netip.AddrPort {
	for _, l := range c.Calls {
		if l.At == to {
			return l.To
		}
	}
	return to
}

// Entered is the port to which a call from outside goes.
func (c Connect) Entered(port uint16) uint16 {
	for _, p := range c.Ports {
		if p.Port == port {
			return p.To
		}
	}
	return port
}

// Check says what is wrong with c for a sandbox with an address or without.
func (c Connect) Check(address netip.Addr) error {
	if !address.IsValid() {
		return errors.New("a sandbox without an address has no calls to lead")
	}
	for _, n := range c.Names {
		if n.Name == "" || strings.ContainsAny(n.Name, " \t\r\n#=") || !n.Address.Is4() || !n.Address.IsLoopback() {
			return fmt.Errorf("name %q cannot lead to %s", n.Name, n.Address)
		}
	}
	for _, l := range c.Calls {
		if !l.At.Addr().Is4() || !l.At.Addr().IsLoopback() || !l.To.Addr().Is4() || !l.To.Addr().IsLoopback() || l.At.Port() == 0 || l.To.Port() == 0 {
			return fmt.Errorf("calls to %s cannot go to %s", l.At, l.To)
		}
	}
	for _, p := range c.Ports {
		if p.Port == 0 || p.To == 0 {
			return fmt.Errorf("port %d cannot lead to port %d", p.Port, p.To)
		}
	}
	return nil
}

// LoadBalancerSpec describes a load balancer.
type LoadBalancerSpec struct {
	Name    string
	Sandbox string // id of the sandbox in whose namespace it is
	Labels  map[string]string
	// Logs keeps what it writes, which is access logs, for Logs of the engine.
	Logs bool
	// Debug has it write why single requests fail as well.
	Debug bool
	// Many says that there is one for each of many tasks: where a stream through the engine is dear, those to
	// them share one.
	Many bool
}
