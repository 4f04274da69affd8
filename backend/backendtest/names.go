package backendtest

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
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
	m := s.machine()
	task := s.taskOn(m)
	server := s.served(s.on(m.bridge.Name, task, "serve", "8080"))
	for _, network := range []string{m.bridge.Name, ""} {
		spec := s.on(network, task, "env")
		spec.Names = backend.Names{Host: "web-1", Servers: []string{"192.0.2.53"}, SearchDomains: []string{"shop.test"}}
		id := s.createFrom(spec)
		s.start(id)
		s.awaitExit(id)
		if output := texts(s.logs(id, backend.LogOptions{})); !slices.Contains(output, "HOSTNAME=web-1") {
			s.Errorf("on network %q the environment lacks the host name: %q", network, output)
		}
	}
	for name, code := range map[string]int{"db.test": 0, "absent.test": 1} {
		spec := s.on(m.bridge.Name, task, checks("http://"+name+":8080/", code == 0)...)
		spec.Names.Hosts = []string{"db.test:" + server.IP.String()}
		id := s.createFrom(spec)
		s.start(id)
		if c := s.awaitExit(id); c.ExitCode != code {
			s.Errorf("the server called %s: exit code %d, want %d: %q", name, c.ExitCode, code, texts(s.logs(id, backend.LogOptions{})))
		}
	}
}

// What the engine or its kernel refuses of names makes no container that runs.
func testMalformedNames(s *env) {
	m := s.machine()
	task := s.taskOn(m)
	for what, names := range map[string]backend.Names{
		"an address that is none":   {Hosts: []string{"db.test:nowhere"}},
		"an entry without address":  {Hosts: []string{"db.test"}},
		"an entry without a name":   {Hosts: []string{":192.0.2.1"}},
		"a host name of 65 letters": {Host: strings.Repeat("a", 65)},
	} {
		spec := s.on(m.bridge.Name, task, "sleep", "300")
		spec.Names = names
		id, err := s.Engine.Create(s.ctx, spec)
		if err == nil {
			s.ids = append(s.ids, id)
			err = s.Engine.Start(s.ctx, id)
		}
		if err == nil {
			s.Errorf("a container runs with %s", what)
		}
	}
	spec := s.on(m.bridge.Name, task, "sleep", "300")
	spec.Names = backend.Names{Host: strings.Repeat("a", 63), Hosts: []string{"db.test:2001:db8::1"}}
	s.start(s.createFrom(spec))
}

func testSharedNames(s *env) {
	m := s.machine()
	other := s.taskOn(m)
	names := backend.Names{Host: "web-1", Servers: []string{"192.0.2.53"}, SearchDomains: []string{"shop.test"}, Hosts: []string{"db.test:192.0.2.1"}}
	inOwn, joining := s.spec(s.sharedSandbox(), "sleep", "300"), s.joining(m, other, "sleep", "300")
	for _, refused := range []struct {
		spec  backend.ContainerSpec
		names backend.Names
	}{
		{inOwn, backend.Names{Host: names.Host}}, {joining, backend.Names{Host: names.Host}},
		{inOwn, backend.Names{Servers: names.Servers}}, {inOwn, backend.Names{SearchDomains: names.SearchDomains}},
		{inOwn, backend.Names{Hosts: names.Hosts}},
	} {
		refused.spec.Name, refused.spec.Names = s.name("names"), refused.names
		if id, err := s.Engine.Create(s.ctx, refused.spec); err == nil {
			s.ids = append(s.ids, id)
			s.Errorf("a container in the namespace of a sandbox has names of its own: %+v", refused.names)
		}
	}
}

// A container that joins another sandbox has the names that its own one has for it, if it
// asks for some.
func testLentNames(s *env) {
	m := s.machine()
	s.served(s.joining(m, s.taskOn(m), "serve", "8080"))
	known := backend.Names{Hosts: []string{"machine.test:" + m.IP.String()}, Servers: []string{"192.0.2.53"}}
	spec := s.sandboxSpec()
	spec.Network, spec.Parent, spec.Names = "", m.ID, known
	task := s.createSandbox(spec)
	asks := s.joining(m, task, "check", "http://machine.test:8080/")
	asks.Names = known
	id := s.createFrom(asks)
	s.start(task)
	s.start(id)
	if c := s.awaitExit(id); c.ExitCode != 0 {
		s.Errorf("exit code %d: %q", c.ExitCode, texts(s.logs(id, backend.LogOptions{})))
	}
}

// testFound has containers find a sandbox by its names: in its network, on one that a sandbox
// there routes, and nowhere else, as long as it runs.
func testFound(s *env) {
	server := s.newSandbox(s.sandboxSpec())
	s.start(server.ID)
	s.serve(server.ID, "8080")
	m := s.machine()
	far := s.sandboxSpec()
	far.Network = s.bridge().Name
	elsewhere := s.createSandbox(far)
	s.start(elsewhere)
	name := backend.HostName(server.IP, "ec2.internal")
	first, _, _ := strings.Cut(name, ".")
	asks := func(what string, spec backend.ContainerSpec, code int) {
		s.Helper()
		spec.Name = s.name("asks")
		id := s.createFrom(spec)
		s.start(id)
		if c := s.awaitExit(id); c.ExitCode != code {
			s.Errorf("%s: exit code %d, want %d: %q", what, c.ExitCode, code, texts(s.logs(id, backend.LogOptions{})))
		}
	}
	for _, called := range []string{name, first} {
		check := checks("http://"+called+":8080/", true)
		asks("a neighbour asks for "+called, s.spec(s.sharedSandbox(), check...), 0)
		asks("on a routed network one asks for "+called, s.on(m.bridge.Name, s.taskOn(m), check...), 0)
		asks("in a sandbox that routes one asks for "+called, s.joining(m, s.taskOn(m), check...), 0)
		asks("on another network one asks for "+called, s.spec(elsewhere, checks("http://"+called+":8080/", false)...), 1)
	}
	s.stop(server.ID, grace)
	asks("a neighbour asks for "+name+" when it has ended", s.spec(s.sharedSandbox(), checks("http://"+name+":8080/", false)...), 1)
	s.start(server.ID)
	s.serve(server.ID, "8081")
	asks("a neighbour asks for "+name+" when it runs again", s.spec(s.sharedSandbox(), "check", "http://"+name+":8081/"), 0)
}

// testFoundByHostName has containers of a network find another one by a host name of its own.
func testFoundByHostName(s *env) {
	m := s.machine()
	task := s.taskOn(m)
	named := s.on(m.bridge.Name, task, "serve", "8080")
	named.Names.Host = "web-1"
	s.served(named)
	asks := s.on(m.bridge.Name, task, "check", "http://web-1:8080/")
	id := s.createFrom(asks)
	s.start(id)
	if c := s.awaitExit(id); c.ExitCode != 0 {
		s.Errorf("exit code %d: %q", c.ExitCode, texts(s.logs(id, backend.LogOptions{})))
	}
}
