package backendtest

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var resolverCases = []testCase{
	{"SandboxesAskTheResolverOfTheirNetwork", testResolver},
}

// testResolver has a resolver answer what it was told, in a sandbox and on a network that it routes, with
// any filter, and keep it for the client that connects next. It goes with its network.
func testResolver(s *env) {
	engine, ok := s.Engine.(backend.Resolvers)
	if !ok {
		return
	}
	ensure := func() backend.Network {
		s.Helper()
		network, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: "vpc-backendtest-names", Resolver: true})
		if err != nil {
			s.Fatalf("EnsureNetwork: %v", err)
		}
		return network
	}
	network := ensure()
	first, address := s.ResolverOf(engine, network.Name)
	if want := network.CIDR.Masked().Addr().Next().Next(); (address == want) == s.ResolverElsewhere || !network.CIDR.Contains(address) {
		s.Errorf("the resolver is at %v, want %v", address, want)
	}
	started := func(routes string) backend.Container {
		spec := s.SingleSpec()
		spec.Network, spec.Routes = network.Name, routes
		c := s.NewSandbox(spec)
		s.Start(c.ID)
		return c
	}
	server, caller := started(""), started("")
	s.Serve(server.ID, "8080")
	if err := first.Update(s.Ctx, scene.ZoneOf("api", server.IP)); err != nil {
		s.Fatalf("Update: %v", err)
	}
	bridge := s.Bridge()
	bridged := s.On(bridge.Name, s.TaskOn(scene.Machine{Container: started(bridge.Name), Bridge: bridge}), "check")
	look := func(name string, found bool) {
		s.Helper()
		url := "http://" + name + ":8080/"
		scene.Judge(s.AskURL(s.Spec(caller.ID, "check"), url, found), s.AskURL(bridged, url, found))
	}
	look("api.shop.test", true)
	look("API.Shop.Test", true)
	look("web.shop.test", false)
	look(backend.HostName(server.IP, "ec2.internal"), true) // the engine's own names
	s.SetFilter(caller.ID, &backend.Filter{Out: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(server.IP))}})
	first.Close()
	again, _ := s.ResolverOf(engine, network.Name)
	if has := again.Has(); len(has) != 2 {
		s.Errorf("who connects next finds %+v", has)
	}
	if err := again.Update(s.Ctx, scene.ZoneOf("web", server.IP)); err != nil {
		s.Fatalf("Update: %v", err)
	}
	look("web.shop.test", true)
	look("api.shop.test", false)
	const url = "http://web.shop.test:8080/"
	scene.Judge(s.AskAnew(s.Spec(caller.ID, "check"), url, true), s.AskAnew(bridged, url, true))
	for _, id := range slices.Backward(s.IDs) {
		s.Remove(id)
	}
	for _, name := range []string{bridge.Name, network.Name} {
		if err := s.Engine.RemoveNetwork(s.Ctx, name); err != nil {
			s.Fatalf("RemoveNetwork: %v", err)
		}
	}
	<-again.Over()
	network = ensure()
	if next, _ := s.ResolverOf(engine, network.Name); len(next.Has()) != 0 {
		s.Errorf("the resolver of the next network of that name has %+v", next.Has())
	}
}
