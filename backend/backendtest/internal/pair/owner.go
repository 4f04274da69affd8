package pair

import (
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// testOwners has another owner on the same engines, with a network of the same name.
func testOwners(s, other *env) {
	s.both(func(here, there *scene.Env) {
		mine := here.Launch(here.SharedSandbox(), "sleep", "300")
		for _, engine := range []*scene.Env{other.a, other.b} {
			_, err := engine.Engine.Inspect(engine.Ctx, mine)
			engine.ExpectMissing("Inspect of another owner's", err, backend.KindContainer)
		}
	})
	mine, theirs := s.b.StartedSandbox(), other.a.StartedSandbox()
	s.b.Serve(mine.ID, "8080")
	s.a.AwaitAnswer(s.a.Spec(s.a.SharedSandbox(), "check"), at(mine, 8080))
	stranger := other.a.Spec(theirs.ID, "check")
	other.a.AskURL(stranger, "http://"+backend.HostName(mine.IP, "ec2.internal")+":8080/", false)()
	if s.a.Network.ID == other.a.Network.ID || s.b.Network.ID == other.b.Network.ID {
		s.Errorf("owners share a network: %+v", s.a.Network)
	}
	if !s.Apart {
		testNeighbours(s, other, mine)
	}
	other.both(func(here, _ *scene.Env) {
		removeAll(here)
		if left := here.List(nil); len(left) != 0 {
			s.Errorf("RemoveAll left %+v", left)
		}
	})
	s.a.AwaitAnswer(s.a.Spec(s.a.SharedSandbox(), "check"), at(mine, 8080))
}

// testNeighbours has owners keep off each other's addresses, and their sandboxes not reach each other.
func testNeighbours(s, other *env, mine backend.Container) {
	s.Helper()
	if s.a.Network.CIDR.Overlaps(other.a.Network.CIDR) {
		s.Errorf("owners have the networks %+v and %+v", s.a.Network, other.a.Network)
	}
	clash := backend.NetworkSpec{Name: other.b.VPCName(), CIDR: netip.PrefixFrom(mine.IP, 28).Masked(), Exact: true, Labels: other.b.Labels()}
	_, err := other.b.Engine.EnsureNetwork(other.b.Ctx, clash)
	other.b.ExpectError("EnsureNetwork with part of another owner's range", err, backend.ErrAddressInUse)
	caller := other.b.StartedSandbox()
	other.b.AskURL(other.b.Spec(caller.ID, "check"), at(mine, 8080), false)()
}

func removeAll(s *scene.Env) {
	s.Helper()
	for range 2 {
		if err := s.Engine.RemoveAll(s.Ctx); err != nil {
			s.Fatalf("RemoveAll: %v", err)
		}
	}
}

// testRemoveAll has one engine lose all that it has, and not what the other one has, with the network under it.
func testRemoveAll(s *env) {
	spec := backend.VolumeSpec{Name: s.a.UniqueName("data"), Labels: s.a.Labels()}
	s.both(func(here, _ *scene.Env) {
		here.Launch(here.RunningSandbox(), "sleep", "300")
		if err := here.Engine.EnsureVolume(here.Ctx, spec); err != nil {
			s.Fatalf("EnsureVolume: %v", err)
		}
	})
	server := s.b.StartedSandbox()
	s.b.Serve(server.ID, "8080", "served")
	before := len(s.b.List(nil))
	removeAll(s.a)
	if left := s.a.List(nil); len(left) != 0 {
		s.Errorf("RemoveAll left %+v", left)
	}
	if left := volumes(s.a); len(left) != 0 {
		s.Errorf("RemoveAll left %+v", left)
	}
	if left := s.b.List(nil); len(left) < before || len(volumes(s.b)) != 1 {
		s.Errorf("after RemoveAll of the other engine there are %d of %d containers, and %+v", len(left), before, volumes(s.b))
	}
	s.b.ExpectAnswer(server.ID, 8080, "served")
	if again := ensure(s.a, backend.NetworkSpec{Name: s.a.Network.Name}); !same(again, s.b.Network) {
		s.Errorf("EnsureNetwork after RemoveAll of one engine: %+v, want %+v", again, s.b.Network)
	}
	client := s.a.StartedSandbox()
	s.a.AwaitAnswer(s.a.Spec(client.ID, "check"), at(server, 8080))
	removeAll(s.b)
	removeAll(s.a)
	s.both(func(here, _ *scene.Env) {
		if left, err := here.Engine.Networks(here.Ctx, nil); err != nil || len(left) != 0 {
			s.Errorf("RemoveAll of both left %+v, %v", left, err)
		}
	})
}

func volumes(s *scene.Env) []backend.Volume {
	s.Helper()
	all, err := s.Engine.Volumes(s.Ctx, nil)
	if err != nil {
		s.Fatalf("Volumes: %v", err)
	}
	return all
}

// testClosed has engine B be closed, of which nothing is left, and engine A go on.
func testClosed(t *testing.T, fixture Fixture) {
	suite := scene.NewSuite(t, fixture.A)
	s := suite.NewEnv(t)
	engine := fixture.B.Engine
	if _, err := engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: s.Network.Name}); err != nil {
		t.Fatalf("EnsureNetwork: %v", err)
	}
	spec := s.SingleSpec()
	c, err := engine.CreateSandbox(s.Ctx, spec)
	if err != nil {
		t.Fatalf("CreateSandbox: %v", err)
	}
	if err := engine.Remove(s.Ctx, c.ID); err != nil {
		t.Fatalf("Remove: %v", err)
	}
	for range 2 {
		if err := engine.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	spec.IP = c.IP
	if again := s.NewSandbox(spec); again.IP != c.IP {
		t.Errorf("the sandbox has the address %v, want %v", again.IP, c.IP)
	}
	server := s.StartedSandbox()
	s.Serve(server.ID, "8080", "goes on")
	s.ExpectAnswer(server.ID, 8080, "goes on")
}
