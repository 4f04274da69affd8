package backendtest

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
)

var sharingCases = []testCase{
	{"ContainersShareProcessesAndIPC", testSharedProcesses},
	{"AContainerHasNoSharedMemory", testNoIPC},
	{"AContainerHasADeviceOfTheHost", testDevices},
	{"OutputGoesToALogDriver", testLogDriver},
}

// sharing is a container in the process and IPC namespaces of a sandbox.
func (s *env) sharing(with, sandbox string, command ...string) backend.ContainerSpec {
	spec := s.spec(sandbox, command...)
	spec.Processes, spec.IPC = with, with
	return spec
}

func testSharedProcesses(s *env) {
	spec := s.sandboxSpec()
	spec.SharesIPC = true
	task := s.createSandbox(spec)
	inside := s.createFrom(s.sharing(task, task, "sleep", "300"))
	s.expectError("Start in processes of a sandbox that does not run", s.Engine.Start(s.ctx, inside), backend.ErrNoSandbox)
	s.start(task)
	s.start(inside)
	beside := s.run(s.sharedSandbox(), "sleep", "300")
	elsewhere := s.createFrom(s.sharing(task, s.sharedSandbox(), "sleep", "300"))
	s.start(elsewhere)

	s.stop(task, grace)
	for _, id := range []string{inside, elsewhere} {
		if c := s.awaitExit(id); c.ExitCode != 137 {
			s.Errorf("after the first process of its namespace: %+v, want exit code 137", c)
		}
		s.expectError("Start without that process", s.Engine.Start(s.ctx, id), backend.ErrNoSandbox)
	}
	if c := s.inspect(beside); c.State != backend.Running {
		s.Errorf("a container with processes of its own: %+v", c)
	}

	lost := s.spec(task, "sleep", "300")
	lost.Processes = unknownID
	id, err := s.Engine.Create(s.ctx, lost)
	if err == nil {
		s.ids = append(s.ids, id)
		err = s.Engine.Start(s.ctx, id)
	}
	if err == nil {
		s.Error("a container runs among the processes of a sandbox that there isn't")
	}
}

func testNoIPC(s *env) {
	spec := s.spec(s.sharedSandbox(), "exit", "0")
	spec.IPC = backend.NoIPC
	id := s.createFrom(spec)
	s.start(id)
	if c := s.awaitExit(id); c.ExitCode != 0 {
		s.Errorf("without shared memory: %+v", c)
	}
}

// A device that no container has unless it is said, which each Linux host has.
func testDevices(s *env) {
	spec := s.sandboxSpec()
	spec.Devices = true
	machine := s.createSandbox(spec)
	spec = s.sandboxSpec()
	spec.Devices, spec.Parent = true, machine
	task := s.createSandbox(spec)
	s.start(machine)
	s.start(task)
	container := s.spec(task, "exit", "0")
	container.Devices = []backend.Device{{HostPath: "/dev/kmsg", ContainerPath: "/dev/messages", Permissions: "r"}}
	id := s.createFrom(container)
	s.start(id)
	if c := s.awaitExit(id); c.ExitCode != 0 {
		s.Errorf("with a device: %+v", c)
	}
}

func testLogDriver(s *env) {
	spec := s.spec(s.sharedSandbox(), "print", "3")
	spec.Log = backend.Log{Driver: "json-file", Options: map[string]string{"max-size": "1m"}}
	id := s.createFrom(spec)
	s.start(id)
	s.awaitExit(id)
	if lines := s.logs(id, backend.LogOptions{}); len(lines) != 3 {
		s.Errorf("output by json-file: %q", texts(lines))
	}

	spec = s.spec(s.sharedSandbox(), "print", "3")
	spec.Log = backend.Log{Driver: "no-such-driver"}
	id, err := s.Engine.Create(s.ctx, spec)
	if err == nil {
		s.ids = append(s.ids, id)
		err = s.Engine.Start(s.ctx, id)
	}
	if err == nil {
		s.Error("a container runs with a log driver that there isn't")
	}
}
