package backendtest

import (
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var namespaceCases = []testCase{
	{"ASandboxWithoutNetworkHasNoAddress", testNoNetwork},
	{"AContainerHasAnAddressOfItsOwn", testOwnAddress},
	{"AContainerJoinsAnotherSandbox", testJoins},
	{"ASandboxStartsWithinItsParent", testParent},
}

func testNoNetwork(s *env) {
	spec := s.sandboxSpec()
	spec.Network = ""
	box := s.newSandbox(spec)
	s.start(box.ID)
	if c := s.inspect(box.ID); c.IP.IsValid() || c.MAC != "" || !c.Sandbox {
		s.Errorf("a sandbox without network: %+v, want no address", c)
	}
	server := s.served(s.spec(box.ID, "serve", "8080"))
	if server.SandboxID != box.ID || server.IP.IsValid() {
		s.Errorf("a container without network: %+v, want the sandbox %s and no address", server, box.ID)
	}
	s.expectSilence(box.ID, 8080)
	// Each container has a namespace of its own: the port is free in the other's.
	s.served(s.spec(box.ID, "serve", "8080"))
	s.expectCheck(s.spec(box.ID, "check"), netip.MustParseAddr("127.0.0.1"), false)

	spec = s.sandboxSpec()
	spec.Network, spec.Routes = "", s.bridge().Name
	if c, err := s.Engine.CreateSandbox(s.ctx, spec); err == nil {
		s.Errorf("a sandbox without network routes one: %+v", c)
	}
}

func testOwnAddress(s *env) {
	m, task := s.sharedMachine()
	spec := s.on(m.bridge.Name, task, "serve", "8080")
	made := s.inspect(s.createFrom(spec))
	if !m.bridge.CIDR.Contains(made.IP) || made.IP == m.bridge.Gateway || made.SandboxID != task || made.State != backend.Created {
		s.Errorf("after Create: %+v, want an address of %v and the sandbox %s", made, m.bridge.CIDR, task)
	}
	s.start(made.ID)
	if c := s.inspect(made.ID); c.IP != made.IP || c.SandboxID != task {
		s.Errorf("after Start: %+v, want the address %v", c, made.IP)
	}
	if again := s.createFrom(spec); again != made.ID {
		s.Errorf("Create again made %s beside %s", again, made.ID)
	}
	for _, c := range s.list(s.labels()) {
		if c.ID == made.ID && (c.IP != made.IP || c.SandboxID != task) {
			s.Errorf("List: %+v, want the address %v and the sandbox %s", c, made.IP, task)
		}
	}
	other := s.served(s.on(m.bridge.Name, task, "serve", "8080"))
	if other.IP == made.IP {
		s.Errorf("two containers have the address %v", other.IP)
	}
	s.awaitLine(made.ID, "listening on :8080")
	s.expectCheck(s.on(m.bridge.Name, task, "check"), made.IP, true)
	s.expectCheck(s.spec(s.sharedSandbox(), "check"), made.IP, false)
	s.expectCheck(s.spec(task, "check"), made.IP, false) // it has no network
	s.stop(made.ID, grace)
	if c := s.inspect(made.ID); c.IP != made.IP {
		s.Errorf("after Stop: %+v, want the address %v", c, made.IP)
	}
	s.start(made.ID)

	lost := s.on("network-that-was-never-made", task, "serve", "8080")
	_, err := s.Engine.Create(s.ctx, lost)
	s.expectMissing("Create on a network that there isn't", err, backend.KindNetwork)
}

func testSandboxElsewhere(s *env) {
	m, _ := s.machineInTurn()
	spec := s.sandboxSpec()
	spec.Network, spec.Parent = "", m.ID
	task := s.createSandbox(spec)
	onBridge := s.createFrom(s.on(m.bridge.Name, task, "sleep", "300"))
	inHost := s.createFrom(s.joining(m, task, "sleep", "300"))
	alone := s.create(task, "sleep", "300")
	for _, id := range []string{onBridge, inHost, alone} {
		s.expectError("Start in a sandbox that does not run", s.Engine.Start(s.ctx, id), backend.ErrNoSandbox)
	}
	s.start(task)
	for _, id := range []string{onBridge, inHost, alone} {
		s.start(id)
	}
	s.stop(inHost, grace)
	s.stop(m.ID, grace)
	s.expectError("Start in a namespace that does not run", s.Engine.Start(s.ctx, inHost), backend.ErrNoSandbox)
}

func testJoins(s *env) {
	m, first := s.sharedMachine()
	second := s.taskOn(m)
	server := s.served(s.joining(m, first, "serve", "9000", "first"))
	if server.SandboxID != first || server.IP.IsValid() {
		s.Errorf("a container that joins: %+v, want the sandbox %s and no address of its own", server, first)
	}
	s.expectAnswer(m.ID, 9000, "first")
	if got, want := s.hostnameOf(m.ID, 9000), backend.HostName(m.IP, "ec2.internal"); got != want {
		s.Errorf("the host name is %q, want %q", got, want)
	}
	taken := s.createFrom(s.joining(m, second, "serve", "9000", "second"))
	s.start(taken)
	if c := s.awaitExit(taken); c.ExitCode != 1 {
		s.Errorf("a second server on a port of the machine exits %d, want 1", c.ExitCode)
	}
	if output := texts(s.logs(taken, backend.LogOptions{})); !strings.Contains(strings.Join(output, "\n"), "address already in use") {
		s.Errorf("the second server on a port of the machine says %q", output)
	}
	s.stop(server.ID, grace)
	s.start(taken)
	s.awaitLine(taken, "listening on :9000")
	s.expectAnswer(m.ID, 9000, "second")

	lost := s.joining(m, second, "sleep", "300")
	lost.Joins = unknownID
	_, err := s.Engine.Create(s.ctx, lost)
	s.expectMissing("Create in the namespace of a sandbox that there isn't", err, backend.KindContainer)
}

func testParent(s *env) {
	machine := s.createdSandbox()
	spec := s.sandboxSpec()
	spec.Parent, spec.CPU, spec.Memory = machine, 64*1024, 1<<40 // more than the machine has
	task := s.createSandbox(spec)
	s.expectError("Start in a parent that does not run", s.Engine.Start(s.ctx, task), backend.ErrNoSandbox)
	s.start(machine)
	s.start(task)
	if c := s.inspect(task); c.State != backend.Running {
		s.Errorf("after Start: %+v", c)
	}
	spec = s.sandboxSpec()
	spec.Parent = unknownID
	_, err := s.Engine.CreateSandbox(s.ctx, spec)
	s.expectMissing("CreateSandbox in a parent that there isn't", err, backend.KindContainer)
}

func testRemoveNetwork(s *env) {
	m, _ := s.machineInTurn()
	s.networks = append(s.networks, m.bridge.Name) // it is the last one that has it
	box := s.sandboxSpec()
	box.Network = ""
	task := s.createSandbox(box)
	s.start(task)
	container := s.createFrom(s.on(m.bridge.Name, task, "sleep", "300"))
	s.start(container)
	refused := func(what string) {
		s.Helper()
		if err := s.Engine.RemoveNetwork(s.ctx, m.bridge.Name); err == nil {
			s.Errorf("RemoveNetwork succeeds although %s is on it", what)
		}
	}
	refused("a container")
	s.stop(container, grace)
	refused("the sandbox that routes it")
	s.remove(m.ID)
	for range 2 { // gone is success
		if err := s.Engine.RemoveNetwork(s.ctx, m.bridge.Name); err != nil {
			s.Fatalf("RemoveNetwork: %v", err)
		}
	}
	s.expectMissing("Start of what was on a network that is gone", s.Engine.Start(s.ctx, container), backend.KindNetwork)
	spec := s.sandboxSpec()
	spec.Routes = m.bridge.Name
	_, err := s.Engine.CreateSandbox(s.ctx, spec)
	s.expectMissing("CreateSandbox that routes a network that is gone", err, backend.KindNetwork)
	again, err := s.Engine.EnsureNetwork(s.ctx, backend.NetworkSpec{Name: m.bridge.Name, CIDR: m.bridge.CIDR, Isolated: true})
	if err != nil || again.ID == m.bridge.ID {
		s.Errorf("EnsureNetwork after RemoveNetwork: %+v, %v; want a new one", again, err)
	}
}
