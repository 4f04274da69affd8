package pair

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var networkCases = []testCase{
	{"ANetworkIsTheSameOnBoth", testSameNetwork},
	{"ARangeIsGivenOnce", testRange},
	{"ANetworkGoesWhenNothingRunsOnItOnAnyEngine", testNetworkInUse},
}

// ensure makes or finds a network.
func ensure(s *scene.Env, spec backend.NetworkSpec) backend.Network {
	s.Helper()
	n, err := s.Engine.EnsureNetwork(s.Ctx, spec)
	if err != nil {
		s.Fatalf("EnsureNetwork: %v", err)
	}
	return n
}

// newNetwork makes one on engine A, which goes after all that is on it.
func (s *env) newNetwork() backend.Network {
	s.Helper()
	n := ensure(s.a, backend.NetworkSpec{Name: s.a.VPCName(), Labels: s.a.Labels()})
	s.a.Networks = append(s.a.Networks, n.Name)
	return n
}

// list lists the networks with the labels of the case.
func list(s *scene.Env) []backend.Network {
	s.Helper()
	found, err := s.Engine.Networks(s.Ctx, s.Labels())
	if err != nil {
		s.Fatalf("Networks: %v", err)
	}
	return found
}

// same compares what does not depend on the engine.
func same(a, b backend.Network) bool {
	return a.Name == b.Name && a.CIDR == b.CIDR && a.Gateway == b.Gateway
}

// testSameNetwork has both engines make a network at once, find each other's, and tell of the same ones.
func testSameNetwork(s *env) {
	if !same(s.a.Network, s.b.Network) {
		s.Errorf("engine A has the network %+v, engine B %+v", s.a.Network, s.b.Network)
	}
	name := s.a.VPCName()
	s.a.Networks = append(s.a.Networks, name)
	spec := backend.NetworkSpec{Name: name, Labels: s.a.Labels()}
	made := make([]backend.Network, 6)
	var calls sync.WaitGroup
	for i := range made {
		on := []*scene.Env{s.a, s.b}[i%2]
		calls.Go(func() {
			var err error
			if made[i], err = on.Engine.EnsureNetwork(on.Ctx, spec); err != nil {
				s.Errorf("EnsureNetwork: %v", err)
			}
		})
	}
	calls.Wait()
	if i := slices.IndexFunc(made, func(n backend.Network) bool { return !same(n, made[0]) }); i >= 0 {
		s.Fatalf("both engines made a network of one name: %+v and %+v", made[0], made[i])
	}
	s.both(func(here, there *scene.Env) {
		if got := list(here); len(got) != 1 || !same(got[0], made[0]) || got[0].Labels[scene.CaseLabel] != s.Name() {
			s.Errorf("Networks: %+v; want %+v alone, with its labels", got, made[0])
		}
	})
	for range 2 { // gone is success
		if err := s.b.Engine.RemoveNetwork(s.b.Ctx, name); err != nil {
			s.Fatalf("RemoveNetwork: %v", err)
		}
	}
	s.both(func(here, _ *scene.Env) {
		if got := list(here); len(got) != 0 {
			s.Errorf("Networks after RemoveNetwork: %+v", got)
		}
	})
	here := s.a.SingleSpec()
	here.Network = name
	_, err := s.a.Engine.CreateSandbox(s.a.Ctx, here)
	s.a.ExpectMissing("CreateSandbox on a network that the other engine removed", err, backend.KindNetwork)
	if again := ensure(s.a, spec); again.ID == made[0].ID {
		s.Errorf("EnsureNetwork after RemoveNetwork: %+v, want a new one", again)
	}
}

// testRange has each engine refuse ranges of which a network of the other one has part.
func testRange(s *env) {
	s.both(func(here, there *scene.Env) {
		n := here.NetworkWithRange(func(cidr netip.Prefix) backend.NetworkSpec {
			return backend.NetworkSpec{Name: here.VPCName(), CIDR: cidr, Exact: true, Labels: here.Labels()}
		})
		s.a.Networks = append(s.a.Networks, n.Name)
		for _, clashes := range []netip.Prefix{n.CIDR, netip.PrefixFrom(n.CIDR.Addr(), 26), netip.PrefixFrom(n.CIDR.Addr(), 20).Masked()} {
			began := time.Now()
			_, err := there.Engine.EnsureNetwork(there.Ctx, backend.NetworkSpec{Name: there.VPCName(), CIDR: clashes, Exact: true, Labels: there.Labels()})
			soon(s, began)
			there.ExpectError("EnsureNetwork with part of the range of a network that the other engine made", err, backend.ErrAddressInUse)
			if err != nil && clashes == n.CIDR && !strings.Contains(err.Error(), n.Name) {
				s.Errorf("%v; want it to name the network %s", err, n.Name)
			}
			if checker, ok := there.Engine.(backend.RangeChecker); ok {
				there.ExpectError("RangeInUse of it", checker.RangeInUse(there.Ctx, clashes), backend.ErrAddressInUse)
			}
		}
		bridge := here.Bridge()
		_, err := there.Engine.EnsureNetwork(there.Ctx, backend.NetworkSpec{Name: there.VPCName(), CIDR: bridge.CIDR, Exact: true, Labels: there.Labels()})
		there.ExpectError("EnsureNetwork with the range of the other engine's bridge", err, backend.ErrAddressInUse)
		if got := list(there); slices.ContainsFunc(got, func(n backend.Network) bool { return n.Name == bridge.Name }) {
			s.Errorf("Networks tells of an isolated network of the other engine: %+v", got)
		}
	})
}

// atOnce is a quarter of the 20 seconds for which an engine of a swarm tries to attach a container, and enough for the few calls of
// engines that an answer takes, each of which may need a second on a machine that is busy.
const atOnce = 5 * time.Second

// soon wants a call to have been answered at once, not when an engine has tried.
func soon(s *env, began time.Time) {
	s.Helper()
	within(s, began, atOnce)
}

func within(s *env, began time.Time, most time.Duration) {
	s.Helper()
	if took := time.Since(began); took > most {
		s.Errorf("the answer took %v", took)
	}
}

func testNetworkInUse(s *env) {
	n := s.newNetwork()
	spec := s.b.SingleSpec()
	spec.Network = n.Name
	box := s.b.NewSandbox(spec)
	s.b.Start(box.ID)
	s.both(func(here, _ *scene.Env) {
		if err := here.Engine.RemoveNetwork(here.Ctx, n.Name); err == nil || errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrUnavailable) {
			s.Errorf("RemoveNetwork of one on which a sandbox of engine B runs: %v", err)
		}
		if got := list(here); len(got) != 1 || got[0].ID != n.ID {
			s.Errorf("Networks after that: %+v", got)
		}
	})
	s.b.Stop(box.ID, scene.Grace)
	if err := s.a.Engine.RemoveNetwork(s.a.Ctx, n.Name); err != nil {
		s.Fatalf("RemoveNetwork when nothing runs on it any more: %v", err)
	}
	s.b.ExpectMissing("Start of what was on a network that is gone", s.b.Engine.Start(s.b.Ctx, box.ID), backend.KindNetwork)
}
