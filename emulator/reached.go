package emulator

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// HostPort is a port on the user's loopback address that leads to a task's port.
type HostPort struct {
	Container     string `json:"container"`
	ContainerPort int    `json:"containerPort"`
	Protocol      string `json:"protocol"` // tcp or udp
	Address       string `json:"address"`  // 127.0.0.1:49153
}

// HostPorts lists the loopback ports that lead to a running task, TCP and UDP.
func (s *Server) HostPorts(taskARN string) []HostPort {
	var ports []HostPort
	for _, p := range s.currentAgent().HostPorts(taskARN, true) {
		ports = append(ports, HostPort{Container: p.Container, ContainerPort: p.ContainerPort, Protocol: string(p.Protocol), Address: p.Address})
	}
	return ports
}

func (s *Server) controlPorts(taskARN string, open bool) []control.Port {
	var ports []control.Port
	for _, p := range s.currentAgent().HostPorts(taskARN, open) {
		ports = append(ports, control.Port{Container: p.Container, ContainerPort: p.ContainerPort, Protocol: string(p.Protocol), Address: p.Address})
	}
	return ports
}

// LoadBalancer is a load balancer with a listener, and the addresses at which to reach it.
type LoadBalancer struct {
	ARN, DNSName string
	Address      netip.Addr // in its VPC
	Listeners    []Listener
}

// Listener is a listener that is ready.
type Listener struct {
	ARN, Protocol string
	Port          uint16
	// Local are the addresses of the user's loopback interface that lead there: one, or none
	// when there is no port to be had; of TCP_UDP, one of each with /tcp or /udp behind it.
	Local []string
}

// LoadBalancers lists the load balancers that have a listener, in order of their ARNs.
func (s *Server) LoadBalancers() []LoadBalancer {
	var list []LoadBalancer
	for _, b := range s.atWork().Balancers.Reached() {
		shown := LoadBalancer{ARN: b.ARN, DNSName: b.DNSName, Address: b.Address}
		for _, l := range b.Listeners {
			shown.Listeners = append(shown.Listeners, Listener(l))
		}
		list = append(list, shown)
	}
	return list
}

func (s *Server) controlLoadBalancers() []control.LoadBalancer {
	list := []control.LoadBalancer{}
	for _, b := range s.LoadBalancers() {
		shown := control.LoadBalancer{ARN: b.ARN, DNSName: b.DNSName, Address: b.Address.String(), Listeners: []control.Listener{}}
		for _, l := range b.Listeners {
			local := l.Local
			if local == nil {
				local = []string{}
			}
			shown.Listeners = append(shown.Listeners, control.Listener{ARN: l.ARN, Protocol: l.Protocol, Port: int(l.Port), LocalAddresses: local})
		}
		list = append(list, shown)
	}
	return list
}

// loadBalancerCalled finds the load balancer with a DNS name.
func (s *Server) loadBalancerCalled(name string) (arn string, found bool) {
	for _, b := range s.LoadBalancers() {
		if strings.EqualFold(b.DNSName, name) {
			return b.ARN, true
		}
	}
	return "", false
}

func (s *Server) isLoadBalancer(name string) bool {
	_, is := s.loadBalancerCalled(name)
	return is
}

// dialLoadBalancer connects to a port of the load balancer with a DNS name.
func (s *Server) dialLoadBalancer(ctx context.Context, name string, port int) (net.Conn, error) {
	arn, found := s.loadBalancerCalled(name)
	if !found {
		return nil, &net.DNSError{Err: "no load balancer has that name", Name: name, IsNotFound: true}
	}
	return s.currentAgent().LoadBalancers(fargate).Dial(ctx, arn, port)
}
