package emulator

import "net/netip"

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
	for _, p := range s.parts.engine.Ports(taskARN, true) {
		ports = append(ports, HostPort(p))
	}
	return ports
}

// LoadBalancer is a load balancer with a listener, and the addresses at which to reach it.
type LoadBalancer struct {
	ARN, DNSName string
	Address      netip.Addr // in its VPC
	Listeners    []Listener
}

// Listener is one of a load balancer's that takes connections.
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
	for _, b := range s.parts.balancers.Reached() {
		shown := LoadBalancer{ARN: b.ARN, DNSName: b.DNSName, Address: b.Address}
		for _, l := range b.Listeners {
			shown.Listeners = append(shown.Listeners, Listener(l))
		}
		list = append(list, shown)
	}
	return list
}
