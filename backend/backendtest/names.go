package backendtest

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var nameCases = []testCase{
	{"AContainerHasNamesOfItsOwn", testNames},
	{"MalformedNamesDoNotRun", testMalformedNames},
	{"NamesGoWithTheNamespace", testSharedNames},
	{"ASandboxLendsItsNames", testLentNames},
	{"OthersFindASandboxByItsNames", testFound},
	{"OthersFindAContainerByItsHostName", testFoundByHostName},
}

func testNames(s *env) {
	m, task := s.SharedMachine()
	server := s.Served(s.On(m.Bridge.Name, task, "serve", "8080"))
	for _, network := range []string{m.Bridge.Name, ""} {
		spec := s.On(network, task, "env")
		spec.Names = backend.Names{Host: "web-1", Servers: []string{"192.0.2.53"}, SearchDomains: []string{"shop.test"}}
		id := s.CreateFrom(spec)
		s.Start(id)
		s.AwaitExit(id)
		if output := scene.Texts(s.Logs(id, backend.LogOptions{})); !slices.Contains(output, "HOSTNAME=web-1") {
			s.Errorf("on network %q the environment lacks the host name: %q", network, output)
		}
	}
	for name, code := range map[string]int{"db.test": 0, "absent.test": 1} {
		spec := s.On(m.Bridge.Name, task, scene.Checks("http://"+name+":8080/", code == 0)...)
		spec.Names.Hosts = []string{"db.test:" + server.IP.String()}
		id := s.CreateFrom(spec)
		s.Start(id)
		if c := s.AwaitExit(id); c.ExitCode != code {
			output := scene.Texts(s.Logs(id, backend.LogOptions{}))
			s.Errorf("the server called %s: exit code %d, want %d: %q", name, c.ExitCode, code, output)
		}
	}
}

// What the engine or its kernel refuses of names makes no container that runs.
func testMalformedNames(s *env) {
	m, task := s.SharedMachine()
	for what, names := range map[string]backend.Names{
		"an address that is none":   {Hosts: []string{"db.test:nowhere"}},
		"an entry without address":  {Hosts: []string{"db.test"}},
		"an entry without a name":   {Hosts: []string{":192.0.2.1"}},
		"a host name of 65 letters": {Host: strings.Repeat("a", 65)},
	} {
		spec := s.On(m.Bridge.Name, task, "sleep", "300")
		spec.Names = names
		id, err := s.Engine.Create(s.Ctx, spec)
		if err == nil {
			s.IDs = append(s.IDs, id)
			err = s.Engine.Start(s.Ctx, id)
		}
		if err == nil {
			s.Errorf("a container runs with %s", what)
		}
	}
	spec := s.On(m.Bridge.Name, task, "sleep", "300")
	spec.Names = backend.Names{Host: strings.Repeat("a", 63), Hosts: []string{"db.test:2001:db8::1"}}
	s.Start(s.CreateFrom(spec))
}

func testSharedNames(s *env) {
	m, other := s.SharedMachine()
	names := backend.Names{Host: "web-1", Servers: []string{"192.0.2.53"}, SearchDomains: []string{"shop.test"}, Hosts: []string{"db.test:192.0.2.1"}}
	inOwn, joining := s.Spec(s.SharedSandbox(), "sleep", "300"), s.Joining(m, other, "sleep", "300")
	for _, refused := range []struct {
		spec  backend.ContainerSpec
		names backend.Names
	}{
		{inOwn, backend.Names{Host: names.Host}}, {joining, backend.Names{Host: names.Host}},
		{inOwn, backend.Names{Servers: names.Servers}}, {inOwn, backend.Names{SearchDomains: names.SearchDomains}},
		{inOwn, backend.Names{Hosts: names.Hosts}},
	} {
		refused.spec.Name, refused.spec.Names = s.UniqueName("names"), refused.names
		if id, err := s.Engine.Create(s.Ctx, refused.spec); err == nil {
			s.IDs = append(s.IDs, id)
			s.Errorf("a container in the namespace of a sandbox has names of its own: %+v", refused.names)
		}
	}
}

// A container that joins another sandbox has the names that its own one has for it, if it
// asks for some.
func testLentNames(s *env) {
	m, server := s.SharedMachine()
	s.Served(s.Joining(m, server, "serve", "8080"))
	known := backend.Names{Hosts: []string{"machine.test:" + m.IP.String()}, Servers: []string{"192.0.2.53"}}
	spec := s.SandboxSpec()
	spec.Network, spec.Parent, spec.Names = "", m.ID, known
	task := s.CreateSandbox(spec)
	asks := s.Joining(m, task, "check", "http://machine.test:8080/")
	asks.Names = known
	id := s.CreateFrom(asks)
	s.Start(task)
	s.Start(id)
	if c := s.AwaitExit(id); c.ExitCode != 0 {
		s.Errorf("exit code %d: %q", c.ExitCode, scene.Texts(s.Logs(id, backend.LogOptions{})))
	}
}

// testFound has containers find a sandbox by its names: in its network, on one that a sandbox
// there routes, and nowhere else, as long as it runs.
func testFound(s *env) {
	server := s.StartedSandbox()
	s.Serve(server.ID, "8080")
	m, task := s.SharedMachine()
	far := s.SingleSpec()
	far.Network = s.Bridge().Name
	elsewhere := s.CreateSandbox(far)
	s.Start(elsewhere)
	name := backend.HostName(server.IP, "ec2.internal")
	first, _, _ := strings.Cut(name, ".")
	neighbour := s.Spec(s.SharedSandbox(), "check")
	for _, called := range []string{name, first} {
		url := "http://" + called + ":8080/"
		s.AskURL(neighbour, url, true)()
		s.AskURL(s.On(m.Bridge.Name, task, "check"), url, true)()
		s.AskURL(s.Joining(m, task, "check"), url, true)()
		s.AskURL(s.Spec(elsewhere, "check"), url, false)()
	}
	s.Stop(server.ID, scene.Grace)
	s.AskURL(neighbour, "http://"+name+":8080/", false)()
	s.Start(server.ID)
	s.Serve(server.ID, "8081")
	s.AskURL(neighbour, "http://"+name+":8081/", true)()
}

// testFoundByHostName has containers of a network find another one by a host name of its own.
func testFoundByHostName(s *env) {
	m, task := s.SharedMachine()
	named := s.On(m.Bridge.Name, task, "serve", "8080")
	named.Names.Host = "found-by-its-host-name"
	s.Served(named)
	s.AskURL(s.On(m.Bridge.Name, task, "check"), "http://found-by-its-host-name:8080/", true)()
}
