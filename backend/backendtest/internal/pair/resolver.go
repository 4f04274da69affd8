package pair

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var resolverCases = []testCase{
	{"EachEngineHasAResolverOfTheNetwork", testResolvers},
}

// testResolvers has sandboxes ask the resolver of their own engine. Each is told by itself.
func testResolvers(s *env) {
	first, ok := s.a.Engine.(backend.Resolvers)
	if !ok {
		return
	}
	second := s.b.Engine.(backend.Resolvers)
	spec := backend.NetworkSpec{Name: s.a.VPCName(), Labels: s.a.Labels(), Resolver: true}
	s.a.Networks = append(s.a.Networks, spec.Name)
	network := ensure(s.a, spec)
	ensure(s.b, spec)
	told, address := s.a.ResolverOf(first, network.Name)
	untold, other := s.b.ResolverOf(second, network.Name)
	if !network.CIDR.Contains(address) || !network.CIDR.Contains(other) {
		s.Errorf("the resolvers of %v are at %v and %v", network.CIDR, address, other)
	}
	started := func(on *scene.Env) backend.Container {
		spec := on.SingleSpec()
		spec.Network = network.Name
		c := on.NewSandbox(spec)
		on.Start(c.ID)
		return c
	}
	server, here, there := started(s.a), started(s.a), started(s.b)
	s.a.Serve(server.ID, "8080")
	const url = "http://api.shop.test:8080/"
	if err := told.Update(s.a.Ctx, scene.ZoneOf("api", server.IP)); err != nil {
		s.Fatalf("Update: %v", err)
	}
	s.b.AwaitAnswer(s.b.Spec(there.ID, "check"), "http://"+backend.HostName(server.IP, "ec2.internal")+":8080/")
	scene.Judge(s.a.AskURL(s.a.Spec(here.ID, "check"), url, true), s.b.AskURL(s.b.Spec(there.ID, "check"), url, false))
	if err := untold.Update(s.b.Ctx, scene.ZoneOf("api", server.IP)); err != nil {
		s.Fatalf("Update: %v", err)
	}
	s.b.AwaitAnswer(s.b.Spec(there.ID, "check"), url)
}
