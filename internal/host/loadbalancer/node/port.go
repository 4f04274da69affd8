package node

import (
	"context"
	"maps"
	"slices"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

// OpenPort has a port of the loopback address lead to that of a listener: one of the
// same number, if it is to be had, or else any. It returns the addresses that lead there; again is
// harmless. Of a listener of TCP and UDP, each has its port, and /tcp or /udp behind it.
func (n *Nodes) OpenPort(ctx context.Context, l *elbv2.Listener) (addresses []string) {
	b, err := n.usable(l.LoadBalancer)
	if err != nil {
		return nil
	}
	b.nodes.Ports.Find(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sandbox.IP.IsValid() {
		return nil
	}
	leads := hostport.Target{Engine: n.Engine, Sandbox: b.sandbox.ID, IP: b.sandbox.IP, Port: uint16(l.Port)}
	if before, open := b.ports[l.ARN]; open && before != leads {
		b.closePort(l.ARN)
	}
	b.ports[l.ARN] = leads
	var mappings []hostport.Mapping
	for _, protocol := range transports(l.Protocol) {
		mappings = append(mappings, hostport.Mapping{ContainerPort: int(l.Port), Protocol: protocol, Leads: leads, Own: leads.Port})
	}
	for _, p := range b.nodes.Ports.Open(hostport.Owner{ID: l.ARN}, mappings, true) {
		if len(mappings) > 1 {
			p.Address += "/" + string(p.Protocol)
		}
		addresses = append(addresses, p.Address)
	}
	return addresses
}

// transports are what ports of a listener carry.
func transports(p elb.ProtocolEnum) []types.TransportProtocol {
	switch p {
	case elb.ProtocolEnumUdp:
		return []types.TransportProtocol{types.TransportProtocolUdp}
	case elb.ProtocolEnumTcpUdp:
		return []types.TransportProtocol{types.TransportProtocolTcp, types.TransportProtocolUdp}
	}
	return []types.TransportProtocol{types.TransportProtocolTcp}
}

// ClosePorts gives back the ports of the loopback address that led to a load
// balancer, but for those of some listeners.
func (n *Nodes) ClosePorts(arn string, but []string) {
	b, err := n.usable(arn)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, listener := range slices.Collect(maps.Keys(b.ports)) {
		if !slices.Contains(but, listener) {
			b.closePort(listener)
		}
	}
}

// closePorts gives back the ports of all listeners.
func (b *node) closePorts() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for listener := range b.ports {
		b.closePort(listener)
	}
}

// closePort gives back the port of a listener, if it has one. The lock is held.
func (b *node) closePort(listener string) {
	delete(b.ports, listener)
	b.nodes.Ports.Close(listener)
}
