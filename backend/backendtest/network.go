package backendtest

import (
	"net/netip"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var networkCases = []testCase{
	{"InfoDescribesTheEngine", testInfo},
	{"EnsureNetworkFindsWhatItMade", testEnsureNetwork},
	{"ANetworkHasTheRangeAskedFor", testNetworkRange},
	{"AnExactNetworkHasAllOfItsRange", testExactNetwork},
	{"ASandboxGetsAnAddressOfItsSubnet", testSubnet},
	{"AFullSubnetSaysSo", testFullSubnet},
	{"AnAddressIsReservedForItsSandbox", testReservedAddress},
	{"NetworksAreListedByTheirLabels", testNetworks},
}

func testInfo(s *env) {
	info, err := s.Engine.Info(s.Ctx)
	if err != nil {
		s.Fatalf("Info: %v", err)
	}
	if info.ID == "" || info.Name == "" || info.Version == "" || info.OS == "" || info.Architecture == "" || info.CPUs < 1 || info.Memory < 1 {
		s.Errorf("Info leaves something open: %+v", info)
	}
}

func testEnsureNetwork(s *env) {
	if s.Network.CIDR.Bits() != 16 || s.Network.Gateway != s.Network.CIDR.Addr().Next() {
		s.Errorf("network %+v, want a /16 with the gateway at its first address", s.Network)
	}
	if s.Network.ID == "" || s.Network.Name != "vpc-backendtest" {
		s.Errorf("network %+v, want an id and the name as given", s.Network)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			again, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: s.Network.Name})
			if err != nil || again.ID != s.Network.ID || again.CIDR != s.Network.CIDR || again.Gateway != s.Network.Gateway {
				s.Errorf("EnsureNetwork again: %+v, %v; want %+v", again, err, s.Network)
			}
		})
	}
	wg.Wait()
	other, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: "vpc-backendtest-other"})
	if err != nil || other.ID == s.Network.ID || other.CIDR.Overlaps(s.Network.CIDR) {
		s.Errorf("EnsureNetwork of another name: %+v, %v", other, err)
	}
}

func testNetworkRange(s *env) {
	var gateway netip.Addr
	n := s.NetworkWithRange(func(cidr netip.Prefix) backend.NetworkSpec {
		gateway = cidr.Addr().Next().Next()
		return backend.NetworkSpec{Name: "vpc-backendtest-range", CIDR: cidr, Gateway: gateway, Isolated: true}
	})
	cidr := n.CIDR
	if n.Gateway != gateway {
		s.Fatalf("EnsureNetwork: %+v; want the gateway %v", n, gateway)
	}
	sandbox := s.SingleSpec()
	sandbox.Network = n.Name
	c := s.NewSandbox(sandbox)
	if s.Start(c.ID); !cidr.Contains(c.IP) || c.IP == gateway {
		s.Errorf("a sandbox of network %v has the address %v", cidr, c.IP)
	}
	_, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: "vpc-backendtest-overlap", CIDR: cidr})
	s.ExpectError("EnsureNetwork with a range that another network has", err, backend.ErrAddressInUse)
}

// testExactNetwork has all of its range for sandboxes, and says what is in its way.
func testExactNetwork(s *env) {
	n := s.NetworkWithRange(func(cidr netip.Prefix) backend.NetworkSpec {
		return backend.NetworkSpec{Name: "vpc-backendtest-exact", CIDR: cidr, Exact: true}
	})
	cidr := n.CIDR
	sandbox, last := s.SingleSpec(), cidr.Addr().As4()
	last[3] = 240
	sandbox.Network, sandbox.Subnet = n.Name, netip.PrefixFrom(netip.AddrFrom4(last), 28)
	c := s.NewSandbox(sandbox)
	if s.Start(c.ID); !sandbox.Subnet.Contains(c.IP) {
		s.Errorf("a sandbox of subnet %v has the address %v", sandbox.Subnet, c.IP)
	}
	_, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: "vpc-backendtest-same", CIDR: cidr, Exact: true})
	s.ExpectError("EnsureNetwork with a range that another network has", err, backend.ErrAddressInUse)
	if err != nil && !strings.Contains(err.Error(), n.Name) {
		s.Errorf("%v; want it to name the network %s", err, n.Name)
	}
}

// subnet is one of 16 addresses that no other case uses.
func (s *env) subnet(number int) netip.Prefix {
	base := s.Network.CIDR.Addr().As4()
	base[2], base[3] = 200, byte(16*number)
	return netip.PrefixFrom(netip.AddrFrom4(base), 28)
}

func testSubnet(s *env) {
	spec := s.SandboxSpec()
	spec.Subnet = s.subnet(1)
	first := s.NewSandbox(spec)
	if !spec.Subnet.Contains(first.IP) || first.MAC == "" || !first.Sandbox || first.Name != spec.Name {
		s.Errorf("CreateSandbox: %+v, want an address of %v", first, spec.Subnet)
	}
	if again := s.NewSandbox(spec); again.ID != first.ID || again.IP != first.IP || again.MAC != first.MAC {
		s.Errorf("CreateSandbox again: %+v, want %+v", again, first)
	}
	s.Start(first.ID)
	if c := s.Inspect(first.ID); c.IP != first.IP || c.MAC != first.MAC {
		s.Errorf("after Start: %+v, want the address %v and %s", c, first.IP, first.MAC)
	}
	s.Serve(first.ID, "80")
	if _, header := s.Get(first.ID, 80, "/"); header.Get("X-Hostname") != backend.HostName(first.IP, "ec2.internal") {
		s.Errorf("the host name is %q, want that of %v", header.Get("X-Hostname"), first.IP)
	}
	spec.Name = s.UniqueName("sandbox")
	if second := s.NewSandbox(spec); !spec.Subnet.Contains(second.IP) || second.IP == first.IP {
		s.Errorf("a second sandbox has the address %v beside %v", second.IP, first.IP)
	}
}

func testFullSubnet(s *env) {
	spec := s.SandboxSpec()
	spec.Subnet = s.subnet(2)
	const room = 16 - 5 // AWS keeps five addresses of each subnet
	for range room - 1 {
		if _, err := s.Engine.ReserveAddress(s.Ctx, s.Network.Name, spec.Subnet); err != nil {
			s.Fatalf("ReserveAddress: %v", err)
		}
	}
	last := s.NewSandbox(spec)
	full := spec
	full.Name = s.UniqueName("sandbox")
	_, err := s.Engine.CreateSandbox(s.Ctx, full)
	s.ExpectError("CreateSandbox in a full subnet", err, backend.ErrSubnetFull)
	_, err = s.Engine.ReserveAddress(s.Ctx, s.Network.Name, spec.Subnet)
	s.ExpectError("ReserveAddress in a full subnet", err, backend.ErrSubnetFull)
	s.Remove(last.ID)
	if c := s.NewSandbox(full); c.IP != last.IP {
		s.Errorf("the sandbox has the address %v, want %v, the only one that is free", c.IP, last.IP)
	}
}

func testReservedAddress(s *env) {
	ip, err := s.Engine.ReserveAddress(s.Ctx, s.Network.Name, s.subnet(3))
	if err != nil || !s.subnet(3).Contains(ip) {
		s.Fatalf("ReserveAddress: %v, %v", ip, err)
	}
	spec := s.SandboxSpec()
	spec.IP = ip
	first := s.NewSandbox(spec)
	if first.IP != ip {
		s.Errorf("the sandbox has the address %v, want %v", first.IP, ip)
	}
	spec.Name = s.UniqueName("sandbox")
	_, err = s.Engine.CreateSandbox(s.Ctx, spec)
	s.ExpectError("CreateSandbox with an address that another sandbox has", err, backend.ErrAddressInUse)
	s.Remove(first.ID)
	if c := s.NewSandbox(spec); c.IP != ip {
		s.Errorf("the second sandbox has the address %v, want %v", c.IP, ip)
	}
	s.Engine.ReleaseAddress(s.Network.Name, ip)
	if again, err := s.Engine.ReserveAddress(s.Ctx, s.Network.Name, netip.PrefixFrom(ip, 32)); err != nil || again != ip {
		s.Errorf("ReserveAddress of an address that a sandbox has: %v, %v", again, err)
	}
	_, err = s.Engine.ReserveAddress(s.Ctx, "vpc-that-was-never-made", s.subnet(3))
	s.ExpectMissing("ReserveAddress in a network that there isn't", err, backend.KindNetwork)
}

// listNetworks lists the networks of the engine's owner that carry all labels.
func (s *env) listNetworks(labels map[string]string) []backend.Network {
	s.Helper()
	list, err := s.Engine.Networks(s.Ctx, labels)
	if err != nil {
		s.Fatalf("Networks: %v", err)
	}
	return list
}

func testNetworks(s *env) {
	n := s.Bridge()
	got := s.listNetworks(s.Labels())
	if len(got) != 1 || got[0].ID != n.ID || got[0].Name != n.Name || got[0].CIDR != n.CIDR || got[0].Labels[scene.CaseLabel] != s.Name() {
		s.Errorf("Networks: %+v; want %+v alone, with its labels", got, n)
	}
	if len(s.listNetworks(nil)) < 2 {
		s.Error("Networks without labels are not all")
	}
	if err := s.Engine.RemoveNetwork(s.Ctx, n.Name); err != nil {
		s.Fatalf("RemoveNetwork: %v", err)
	}
	if got := s.listNetworks(s.Labels()); len(got) != 0 {
		s.Errorf("Networks after RemoveNetwork: %+v", got)
	}
}
