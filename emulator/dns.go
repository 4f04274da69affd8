package emulator

import "net/netip"

// DNSAddress is where names of all VPCs are answered for, over UDP and TCP; empty without Options.DNS.
func (s *Server) DNSAddress() string {
	if s.dns == nil {
		return ""
	}
	return s.dns.Addr().String()
}

// Resolve returns the addresses that a name leads to in tasks, in a random order: a name of AWS Cloud Map in any
// VPC, also by its SRV records, the private DNS name of a task or container instance, or the name of a
// load balancer. The error is a *net.DNSError; IsNotFound says that there is no such name, or that it has no
// instances.
func (s *Server) Resolve(name string) ([]netip.Addr, error) { return s.parts.discovery.Resolve(name) }
