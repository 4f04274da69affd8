package scene

import (
	"errors"
	"math/rand/v2"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Machine is a sandbox that routes a network, as a container instance is.
type Machine struct {
	backend.Container
	Bridge backend.Network
}

func (s *Env) Machine() Machine {
	s.Helper()
	m := Machine{Bridge: s.Bridge()}
	spec := s.SandboxSpec()
	spec.Routes = m.Bridge.Name
	m.Container = s.NewSandbox(spec)
	s.Start(m.ID)
	return m
}

// bridgeRanges is the first of the ranges 10.N.0.0/16 in which bridges are. Tests of an engine run beside
// other tests, which have ranges of their own: see freeRange of the tests of package emulator.
const bridgeRanges = 50

// Bridge makes a network with a free range. It goes after all that is on it.
func (s *Env) Bridge() backend.Network {
	s.Helper()
	name := s.UniqueName("bridge")
	for range 20 {
		first := netip.AddrFrom4([4]byte{10, byte(bridgeRanges + rand.IntN(50)), byte(rand.IntN(256)), byte(64 * rand.IntN(4))})
		cidr := netip.PrefixFrom(first, 26)
		n, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: name, CIDR: cidr, Isolated: true, Labels: s.Labels()})
		if errors.Is(err, backend.ErrAddressInUse) {
			continue
		}
		if err != nil {
			s.Fatalf("EnsureNetwork: %v", err)
		}
		s.Networks = append(s.Networks, name)
		return n
	}
	s.Fatal("no range is free")
	return backend.Network{}
}

// TaskOn makes and starts the sandbox of a task on a machine, which has no address.
func (s *Env) TaskOn(m Machine) string {
	s.Helper()
	spec := s.SandboxSpec()
	spec.Network, spec.Parent = "", m.ID
	id := s.CreateSandbox(spec)
	s.Start(id)
	return id
}

// StartedSandbox makes and starts one. No label says of which case it is, so an engine that keeps some
// for tasks to come has none in vain: the next case takes it.
func (s *Env) StartedSandbox() backend.Container {
	s.Helper()
	spec := s.SandboxSpec()
	spec.Labels = s.suiteLabels()
	c := s.NewSandbox(spec)
	s.Start(c.ID)
	return c
}

// ServeBoth runs a server of either kind.
func (s *Env) ServeBoth(sandbox string) {
	s.Helper()
	s.Serve(sandbox, "8080", "served")
	id := s.Launch(sandbox, "udp", "5353")
	s.AwaitLine(id, "listening on :5353")
}
