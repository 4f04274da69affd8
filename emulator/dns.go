package emulator

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// dnsServer answers for the names of all VPCs on the host.
type dnsServer struct {
	packets *net.UDPConn
	stream  net.Listener
}

// openDNS opens the port of Options.DNS, over UDP and TCP.
func (s *Server) openDNS() error {
	if s.opts.DNS == "" {
		return nil
	}
	stream, err := net.Listen("tcp", s.opts.DNS)
	if err != nil {
		return fmt.Errorf("serve DNS: %w", err)
	}
	packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(stream.Addr().(*net.TCPAddr).AddrPort()))
	if err != nil {
		return errors.Join(fmt.Errorf("serve DNS: %w", err), stream.Close())
	}
	s.dns = &dnsServer{packets, stream}
	return nil
}

// serveDNS answers until the port is closed. What is about other names is refused: resolvers of the host
// ask others for these.
func (s *Server) serveDNS() {
	if s.dns == nil {
		return
	}
	server := &resolver.Server{Table: hostNames{s}}
	s.serving.Go(func() { s.report("DNS over UDP", server.ServeUDP(s.dns.packets)) })
	s.serving.Go(func() { s.report("DNS over TCP", server.ServeTCP(s.dns.stream)) })
}

func (s *Server) closeDNS() error {
	if s.dns == nil {
		return nil
	}
	return errors.Join(s.dns.packets.Close(), s.dns.stream.Close())
}

// hostNames are the names of all VPCs, as the controllers of the moment know them.
type hostNames struct{ *Server }

func (n hostNames) Answer(q dnsmessage.Question, random func(n int) int) resolver.Answer {
	return n.atWork().Names.Answer(q, random)
}

// DNSAddress is where names of all VPCs are answered for, over UDP and TCP; empty without Options.DNS.
func (s *Server) DNSAddress() string {
	if s.dns == nil {
		return ""
	}
	return s.dns.stream.Addr().String()
}

// Resolve returns the addresses that a name leads to in tasks, in a random order: a name of AWS Cloud Map in any
// VPC, also by its SRV records, the private DNS name of a task or container instance, or the name of a
// load balancer. The error is a *net.DNSError; IsNotFound says that there is no such name, or that it has no
// instances.
func (s *Server) Resolve(name string) ([]netip.Addr, error) {
	if all, _ := resolver.Addresses(s.atWork().Names, name, rand.IntN); len(all) > 0 {
		return all, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// controlResolvers are the resolvers that /_emulator/discovery shows.
func (s *Server) controlResolvers() []control.Resolver {
	all := []control.Resolver{}
	for _, r := range s.atWork().Names.Answering() {
		shown := control.Resolver{VPC: r.VPC, Connected: r.Connected}
		if r.Address.IsValid() {
			shown.Address = r.Address.String()
		}
		all = append(all, shown)
	}
	sorting.By(all, func(a, b control.Resolver) int { return strings.Compare(a.VPC, b.VPC) })
	return all
}

// controlProxies are the proxies of Service Connect, as /_emulator/discovery shows them.
func (s *Server) controlProxies() map[string]control.Proxy {
	all := map[string]control.Proxy{}
	for task, known := range s.atWork().Connect.Known() {
		all[task] = known
	}
	return all
}
