package backendtest

import (
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var namespaceCases = []testCase{
	{"ASandboxWithoutNetworkHasNoAddress", testNoNetwork},
	{"AContainerHasAnAddressOfItsOwn", testOwnAddress},
	{"AContainerJoinsAnotherSandbox", testJoins},
	{"ASandboxStartsWithinItsParent", testParent},
}

func testNoNetwork(s *env) {
	spec := s.SandboxSpec()
	spec.Network = ""
	box := s.NewSandbox(spec)
	s.Start(box.ID)
	if c := s.Inspect(box.ID); c.IP.IsValid() || c.MAC != "" || !c.Sandbox {
		s.Errorf("a sandbox without network: %+v, want no address", c)
	}
	server := s.Served(s.Spec(box.ID, "serve", "8080"))
	if server.SandboxID != box.ID || server.IP.IsValid() {
		s.Errorf("a container without network: %+v, want the sandbox %s and no address", server, box.ID)
	}
	s.ExpectSilence(box.ID, 8080)
	// Each container has a namespace of its own: the port is free in the other's.
	s.Served(s.Spec(box.ID, "serve", "8080"))
	s.ExpectCheck(s.Spec(box.ID, "check"), netip.MustParseAddr("127.0.0.1"), false)

	spec = s.SandboxSpec()
	spec.Network, spec.Routes = "", s.Bridge().Name
	if c, err := s.Engine.CreateSandbox(s.Ctx, spec); err == nil {
		s.Errorf("a sandbox without network routes one: %+v", c)
	}
}

func testOwnAddress(s *env) {
	m, task := s.SharedMachine()
	spec := s.On(m.Bridge.Name, task, "serve", "8080")
	made := s.Inspect(s.CreateFrom(spec))
	if !m.Bridge.CIDR.Contains(made.IP) || made.IP == m.Bridge.Gateway || made.SandboxID != task || made.State != backend.Created {
		s.Errorf("after Create: %+v, want an address of %v and the sandbox %s", made, m.Bridge.CIDR, task)
	}
	s.Start(made.ID)
	if c := s.Inspect(made.ID); c.IP != made.IP || c.SandboxID != task {
		s.Errorf("after Start: %+v, want the address %v", c, made.IP)
	}
	if again := s.CreateFrom(spec); again != made.ID {
		s.Errorf("Create again made %s beside %s", again, made.ID)
	}
	for _, c := range s.List(s.Labels()) {
		if c.ID == made.ID && (c.IP != made.IP || c.SandboxID != task) {
			s.Errorf("List: %+v, want the address %v and the sandbox %s", c, made.IP, task)
		}
	}
	other := s.Served(s.On(m.Bridge.Name, task, "serve", "8080"))
	if other.IP == made.IP {
		s.Errorf("two containers have the address %v", other.IP)
	}
	s.AwaitLine(made.ID, "listening on :8080")
	s.ExpectCheck(s.On(m.Bridge.Name, task, "check"), made.IP, true)
	s.ExpectCheck(s.Spec(s.SharedSandbox(), "check"), made.IP, false)
	s.ExpectCheck(s.Spec(task, "check"), made.IP, false) // it has no network
	s.Stop(made.ID, scene.Grace)
	if c := s.Inspect(made.ID); c.IP != made.IP {
		s.Errorf("after Stop: %+v, want the address %v", c, made.IP)
	}
	s.Start(made.ID)

	lost := s.On("network-that-was-never-made", task, "serve", "8080")
	_, err := s.Engine.Create(s.Ctx, lost)
	s.ExpectMissing("Create on a network that there isn't", err, backend.KindNetwork)
}

func testSandboxElsewhere(s *env) {
	m, _ := s.MachineInTurn()
	spec := s.SandboxSpec()
	spec.Network, spec.Parent = "", m.ID
	task := s.CreateSandbox(spec)
	onBridge := s.CreateFrom(s.On(m.Bridge.Name, task, "sleep", "300"))
	inHost := s.CreateFrom(s.Joining(m, task, "sleep", "300"))
	alone := s.Create(task, "sleep", "300")
	for _, id := range []string{onBridge, inHost, alone} {
		s.ExpectError("Start in a sandbox that does not run", s.Engine.Start(s.Ctx, id), backend.ErrNoSandbox)
	}
	s.Start(task)
	for _, id := range []string{onBridge, inHost, alone} {
		s.Start(id)
	}
	s.Stop(inHost, scene.Grace)
	s.Stop(m.ID, scene.Grace)
	s.ExpectError("Start in a namespace that does not run", s.Engine.Start(s.Ctx, inHost), backend.ErrNoSandbox)
}

func testJoins(s *env) {
	m, first := s.SharedMachine()
	second := s.TaskOn(m)
	server := s.Served(s.Joining(m, first, "serve", "9000", "first"))
	if server.SandboxID != first || server.IP.IsValid() {
		s.Errorf("a container that joins: %+v, want the sandbox %s and no address of its own", server, first)
	}
	s.ExpectAnswer(m.ID, 9000, "first")
	if got, want := s.hostnameOf(m.ID, 9000), backend.HostName(m.IP, "ec2.internal"); got != want {
		s.Errorf("the host name is %q, want %q", got, want)
	}
	taken := s.CreateFrom(s.Joining(m, second, "serve", "9000", "second"))
	s.Start(taken)
	if c := s.AwaitExit(taken); c.ExitCode != 1 {
		s.Errorf("a second server on a port of the machine exits %d, want 1", c.ExitCode)
	}
	if output := scene.Texts(s.Logs(taken, backend.LogOptions{})); !strings.Contains(strings.Join(output, "\n"), "address already in use") {
		s.Errorf("the second server on a port of the machine says %q", output)
	}
	s.Stop(server.ID, scene.Grace)
	s.Start(taken)
	s.AwaitLine(taken, "listening on :9000")
	s.ExpectAnswer(m.ID, 9000, "second")

	lost := s.Joining(m, second, "sleep", "300")
	lost.Joins = unknownID
	_, err := s.Engine.Create(s.Ctx, lost)
	s.ExpectMissing("Create in the namespace of a sandbox that there isn't", err, backend.KindContainer)
}

func testParent(s *env) {
	machine := s.CreatedSandbox()
	spec := s.SandboxSpec()
	spec.Parent, spec.CPU, spec.Memory = machine, 64*1024, 1<<40 // more than the machine has
	task := s.CreateSandbox(spec)
	s.ExpectError("Start in a parent that does not run", s.Engine.Start(s.Ctx, task), backend.ErrNoSandbox)
	s.Start(machine)
	s.Start(task)
	if c := s.Inspect(task); c.State != backend.Running {
		s.Errorf("after Start: %+v", c)
	}
	spec = s.SandboxSpec()
	spec.Parent = unknownID
	_, err := s.Engine.CreateSandbox(s.Ctx, spec)
	s.ExpectMissing("CreateSandbox in a parent that there isn't", err, backend.KindContainer)
}

func testRemoveNetwork(s *env) {
	m, _ := s.MachineInTurn()
	s.Networks = append(s.Networks, m.Bridge.Name) // it is the last one that has it
	box := s.SandboxSpec()
	box.Network = ""
	task := s.CreateSandbox(box)
	s.Start(task)
	container := s.CreateFrom(s.On(m.Bridge.Name, task, "sleep", "300"))
	s.Start(container)
	refused := func(what string) {
		s.Helper()
		if err := s.Engine.RemoveNetwork(s.Ctx, m.Bridge.Name); err == nil {
			s.Errorf("RemoveNetwork succeeds although %s is on it", what)
		}
	}
	refused("a container")
	s.Stop(container, scene.Grace)
	refused("the sandbox that routes it")
	s.Remove(m.ID)
	for range 2 { // gone is success
		if err := s.Engine.RemoveNetwork(s.Ctx, m.Bridge.Name); err != nil {
			s.Fatalf("RemoveNetwork: %v", err)
		}
	}
	s.ExpectMissing("Start of what was on a network that is gone", s.Engine.Start(s.Ctx, container), backend.KindNetwork)
	spec := s.SandboxSpec()
	spec.Routes = m.Bridge.Name
	_, err := s.Engine.CreateSandbox(s.Ctx, spec)
	s.ExpectMissing("CreateSandbox that routes a network that is gone", err, backend.KindNetwork)
	again, err := s.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: m.Bridge.Name, CIDR: m.Bridge.CIDR, Isolated: true})
	if err != nil || again.ID == m.Bridge.ID {
		s.Errorf("EnsureNetwork after RemoveNetwork: %+v, %v; want a new one", again, err)
	}
}
