package backendtest

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

var loadBalancerCases = []testCase{
	{"ALoadBalancerKeepsWhatItWasTold", testLoadBalancer},
	{"ALoadBalancerCarriesRequests", testLoadBalancerCarries},
	{"ALoadBalancerNeedsItsSandbox", testLoadBalancerRefused},
}

// counts are what a load balancer has counted.
func (s *env) counts(session *control.Client) balancer.Counts {
	s.Helper()
	counts, err := session.Count(s.Ctx)
	if err != nil {
		s.Errorf("Count: %v", err)
	}
	return counts
}

// testLoadBalancer is a container that keeps what it was told, for the client that connects next, until
// it ends.
func testLoadBalancer(s *env) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	sandbox, id, _ := s.LoadBalancer(engine)
	if c := s.Inspect(id); c.State != backend.Running || c.SandboxID != sandbox.ID {
		s.Errorf("the load balancer is %+v", c)
	}
	group := balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP"}}
	first := s.Session(engine, id)
	if err := first.Update(s.Ctx, []balancer.Piece{group}); err != nil {
		s.Fatalf("Update: %v", err)
	}
	first.Close()
	if has := s.Session(engine, id).Has(); len(has) != 1 || has[0].Key.ID != "group" {
		s.Errorf("who connects next finds %+v", has)
	}
	s.Stop(id, scene.Grace)
	s.Start(id)
	if has := s.Session(engine, id).Has(); len(has) != 0 {
		s.Errorf("after its end it has %+v", has)
	}
}

// testLoadBalancerCarries has requests go from the name of a load balancer to its targets, as
// long as the filters let them, and to those that are left.
func testLoadBalancerCarries(s *env) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	balanced, id, name := s.LoadBalancer(engine)
	first, second := s.Target(s.Inspect(s.SharedSandbox())), s.Target(s.SharedFriend())
	session := s.Session(engine, id)
	update := func(targets ...netip.AddrPort) {
		s.Helper()
		if err := session.Update(s.Ctx, scene.Forwarding(targets...)); err != nil {
			s.Fatalf("Update: %v", err)
		}
	}
	answers := func() string {
		s.Helper()
		body, _ := s.Get(balanced.ID, 80, "/")
		return body
	}
	update(first, second)
	if one, other := answers(), answers(); one == other || one != first.String() && one != second.String() {
		s.Errorf("the targets answer %q and %q", one, other)
	}
	before := s.counts(session)
	if g := before.Groups["group"]; g.Requests != 2 || g.Answers[2] != 2 {
		s.Errorf("two requests are counted as %+v", g)
	}
	neighbour := s.Launch(s.SharedSandbox(), "check", "http://"+name+"/")
	if c := s.AwaitExit(neighbour); c.ExitCode != 0 {
		s.Errorf("a neighbour does not reach it by its name: %q", scene.Texts(s.Logs(neighbour, backend.LogOptions{})))
	}
	update(second)
	for range 4 {
		if body := answers(); body != second.String() {
			s.Errorf("after the removal of the other one %q answers", body)
		}
	}
	session = s.Session(engine, id)
	if now := s.counts(session); now.Run != before.Run || now.Groups["group"].Requests < 6 {
		s.Errorf("who connects next finds counted: %+v", now)
	}
	s.SetFilter(balanced.ID, &backend.Filter{Out: scene.Everything()})
	blocked := s.Launch(s.SharedSandbox(), scene.Checks("http://"+name+"/", false)...)
	if c := s.AwaitExit(blocked); c.ExitCode == 0 {
		s.Error("a neighbour reaches it that its filter does not let in")
	}
}

func testLoadBalancerRefused(s *env) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	_, err := engine.CreateLoadBalancer(s.Ctx, backend.LoadBalancerSpec{
		Name: s.UniqueName("balancer"), Sandbox: "absent", Labels: s.Labels(),
	})
	s.ExpectMissing("CreateLoadBalancer in no sandbox", err, backend.KindContainer)
	_, err = engine.ConnectLoadBalancer(s.Ctx, "absent")
	s.ExpectMissing("ConnectLoadBalancer to none", err, backend.KindContainer)
	spec := backend.LoadBalancerSpec{Name: s.UniqueName("balancer"), Sandbox: s.CreatedSandbox(), Labels: s.Labels()}
	id, err := engine.CreateLoadBalancer(s.Ctx, spec)
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.IDs = append(s.IDs, id)
	s.ExpectError("Start in a sandbox that does not run", s.Engine.Start(s.Ctx, id), backend.ErrNoSandbox)
}
