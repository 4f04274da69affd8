package backendtest

import (
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func testInfo(s *scene) {
	info, err := s.Engine.Info(s.ctx)
	if err != nil {
		s.Fatalf("Info: %v", err)
	}
	if info.Name == "" || info.Version == "" || info.OS == "" || info.Architecture == "" || info.CPUs < 1 || info.Memory < 1 {
		s.Errorf("Info leaves something open: %+v", info)
	}
}

func testEnsureNetwork(s *scene) {
	prefix, err := netip.ParsePrefix(s.network.CIDR)
	if err != nil || prefix.Bits() != 16 {
		s.Errorf("the network's range is %q (%v), want a /16", s.network.CIDR, err)
	}
	if s.network.ID == "" || s.network.Name != "vpc-backendtest" {
		s.Errorf("network %+v, want an id and the name as given", s.network)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			again, err := s.Engine.EnsureNetwork(s.ctx, backend.NetworkSpec{Name: s.network.Name})
			if err != nil || again != s.network {
				s.Errorf("EnsureNetwork again: %+v, %v; want %+v", again, err, s.network)
			}
		})
	}
	wg.Wait()
	other, err := s.Engine.EnsureNetwork(s.ctx, backend.NetworkSpec{Name: "vpc-backendtest-other"})
	if err != nil || other.ID == s.network.ID {
		s.Errorf("EnsureNetwork of another name: %+v, %v", other, err)
	}
}

func testAddressInUse(s *scene) {
	first, second := s.sandboxSpec(), s.sandboxSpec()
	second.IP = first.IP
	holder, waiter := s.createSandbox(first), s.createSandbox(second)
	s.start(holder)
	if ip := s.inspect(holder).IP; ip != first.IP {
		s.Errorf("the sandbox's address is %q, want %q", ip, first.IP)
	}
	s.expectError("Start with an address that is taken", s.Engine.Start(s.ctx, waiter), backend.ErrAddressInUse)
	if state := s.inspect(waiter).State; state == backend.Running {
		s.Errorf("the sandbox without address is %s", state)
	}
	s.stop(holder, patience)
	s.start(waiter)
	if c := s.inspect(waiter); c.IP != first.IP || c.State != backend.Running || c.Error != "" {
		s.Errorf("once the address is free: %+v", c)
	}

	gateway := s.sandboxSpec()
	gateway.IP = netip.MustParsePrefix(s.network.CIDR).Masked().Addr().Next().String()
	id := s.createSandbox(gateway)
	s.expectError("Start with the gateway's address", s.Engine.Start(s.ctx, id), backend.ErrAddressInUse)
}

func testOwnAddress(s *scene) {
	spec := s.sandboxSpec()
	spec.IP = ""
	id := s.createSandbox(spec)
	s.start(id)
	ip, err := netip.ParseAddr(s.inspect(id).IP)
	if err != nil {
		s.Fatal(err)
	}
	network := netip.MustParsePrefix(s.network.CIDR)
	if third := ip.As4()[2]; !network.Contains(ip) || third < 240 {
		s.Errorf("the engine chose %v, want one of the last /20 of %v", ip, network)
	}
}
