package pair

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// testAway has the connection to engine B be lost. Engine A goes on, and knows which addresses are taken there.
func testAway(s *env) {
	server, client := s.b.StartedSandbox(), s.a.StartedSandbox()
	s.b.Serve(server.ID, "8080", "served")
	from := s.a.Spec(client.ID, "check")
	s.a.AwaitAnswer(from, at(server, 8080))
	restore := sync.OnceFunc(s.B.Restore)
	s.Cleanup(restore) // before the suite cleans up, however this ends
	s.B.Lose()
	s.b.Recorder.Await(s.T, "Disconnected", scene.Last(backend.Disconnected))
	_, err := s.b.Engine.Info(s.b.Ctx)
	s.b.ExpectError("Info of a lost engine", err, backend.ErrUnavailable)

	taken := s.a.SingleSpec()
	taken.IP = server.IP
	_, err = s.a.Engine.CreateSandbox(s.a.Ctx, taken)
	s.a.ExpectError("CreateSandbox with an address that a sandbox of the lost engine has", err, backend.ErrAddressInUse)
	next := s.a.StartedSandbox()
	s.a.Serve(next.ID, "8080", "goes on")
	s.a.ExpectAnswer(next.ID, 8080, "goes on")
	scene.Judge(s.a.AskURL(from, at(next, 8080), true), s.a.AskURL(from, at(server, 8080), true))
	if found := ensure(s.a, backend.NetworkSpec{Name: s.a.Network.Name}); !same(found, s.a.Network) {
		s.Errorf("EnsureNetwork while the other engine is lost: %+v, want %+v", found, s.a.Network)
	}
	if events, _ := s.a.Recorder.Snapshot(); slices.Contains(scene.Kinds(events), backend.Disconnected) {
		s.Errorf("Watch of an engine that is there says that it is lost: %v", events)
	}

	restore()
	s.b.Recorder.Await(s.T, "Resync", scene.Last(backend.Resync))
	if c := s.b.Inspect(server.ID); c.State != backend.Running {
		s.Errorf("a sandbox ended with the connection: %+v", c)
	}
	back := s.b.StartedSandbox()
	if back.IP == next.IP {
		s.Errorf("sandboxes of both engines have the address %v", back.IP)
	}
	s.b.AwaitAnswer(s.b.Spec(back.ID, "check"), at(next, 8080))
}

// patience is how long an engine may wait for another one that hangs, before it goes on without it.
const patience = 10 * time.Second

// testHung has engine B answer no call. What engine A does takes no longer for it, or not much.
func testHung(s *env) {
	server, client := s.b.StartedSandbox(), s.a.StartedSandbox()
	s.b.Serve(server.ID, "8080", "served")
	from := s.a.Spec(client.ID, "check")
	s.a.AwaitAnswer(from, at(server, 8080))
	resume := sync.OnceFunc(s.B.Resume)
	s.Cleanup(resume) // before the suite cleans up, however this ends
	s.B.Hang()

	did := func(what string, call func()) {
		s.Helper()
		began := time.Now()
		call()
		if took := time.Since(began); took > patience {
			s.Errorf("beside an engine that hangs, %s takes %v", what, took)
		}
	}
	taken := s.a.SingleSpec()
	taken.IP = server.IP
	began := time.Now()
	_, err := s.a.Engine.CreateSandbox(s.a.Ctx, taken)
	within(s, began, time.Second) // it is not asked, nor waited for
	s.a.ExpectError("CreateSandbox with an address that a sandbox of the engine that hangs has", err, backend.ErrAddressInUse)
	var n backend.Network
	did("EnsureNetwork", func() {
		n = s.a.NetworkWithRange(func(cidr netip.Prefix) backend.NetworkSpec {
			return backend.NetworkSpec{Name: s.a.VPCName(), CIDR: cidr, Exact: true, Labels: s.a.Labels()}
		})
	})
	did("Networks", func() { list(s.a) })
	did("ReserveAddress", func() {
		if _, err := s.a.Engine.ReserveAddress(s.a.Ctx, n.Name, n.CIDR); err != nil {
			s.Errorf("ReserveAddress: %v", err)
		}
	})
	did("RemoveNetwork", func() {
		if err := s.a.Engine.RemoveNetwork(s.a.Ctx, n.Name); err != nil {
			s.Errorf("RemoveNetwork: %v", err)
		}
	})
	next := s.a.StartedSandbox()
	s.a.Serve(next.ID, "8080", "goes on")
	scene.Judge(s.a.AskURL(from, at(next, 8080), true), s.a.AskURL(from, at(server, 8080), true))

	resume()
	if c := s.b.Inspect(server.ID); c.State != backend.Running {
		s.Errorf("a sandbox ended while its engine hung: %+v", c)
	}
}
