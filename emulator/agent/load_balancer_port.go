package agent

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// OpenLoadBalancerPort has a port of the loopback address lead to one of a load balancer, for a
// listener: that of the same number, if it is to be had. It returns the addresses of those that
// lead there; again is harmless.
func (a *Agent) OpenLoadBalancerPort(ctx context.Context, arn, listener string, protocol types.TransportProtocol, port uint16) []string {
	b, err := a.loadBalancer(arn)
	if err != nil {
		return nil
	}
	b.host.findLoopback(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sandbox.IP.IsValid() {
		return nil
	}
	leads := target{sandbox: b.sandbox.ID, ip: b.sandbox.IP, port: port}
	if before, open := b.ports[listener]; open && before != leads {
		b.host.ports.close(listener)
	}
	b.ports[listener] = leads
	var addresses []string
	opening := []opening{{containerPort: int(port), protocol: protocol, leads: leads, own: port}}
	for _, p := range b.host.ports.open(tenant{task: listener}, opening, true) {
		addresses = append(addresses, p.Address)
	}
	return addresses
}

// CloseLoadBalancerPorts gives back the ports of the loopback address that led to a load
// balancer, but for those of some listeners.
func (a *Agent) CloseLoadBalancerPorts(arn string, but []string) {
	b, err := a.loadBalancer(arn)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, listener := range slices.Collect(maps.Keys(b.ports)) {
		if !slices.Contains(but, listener) {
			b.host.ports.close(listener)
			delete(b.ports, listener)
		}
	}
}

// closePorts gives back all of them.
func (b *loadBalancer) closePorts() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for listener := range b.ports {
		b.host.ports.close(listener)
	}
	clear(b.ports)
}
