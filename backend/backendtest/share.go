package backendtest

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var sharingCases = []testCase{
	{"ContainersShareProcessesAndIPC", testSharedProcesses},
	{"AContainerHasNoSharedMemory", testNoIPC},
	{"AContainerHasADeviceOfTheHost", testDevices},
	{"OutputGoesToALogDriver", testLogDriver},
}

// sharing is a container in the process and IPC namespaces of a sandbox.
func (s *env) sharing(with, sandbox string, command ...string) backend.ContainerSpec {
	spec := s.Spec(sandbox, command...)
	spec.Processes, spec.IPC = with, with
	return spec
}

func testSharedProcesses(s *env) {
	spec := s.SandboxSpec()
	spec.SharesIPC = true
	task := s.CreateSandbox(spec)
	inside := s.CreateFrom(s.sharing(task, task, "sleep", "300"))
	s.ExpectError("Start in processes of a sandbox that does not run", s.Engine.Start(s.Ctx, inside), backend.ErrNoSandbox)
	s.Start(task)
	s.Start(inside)
	beside := s.Launch(s.SharedSandbox(), "sleep", "300")
	elsewhere := s.CreateFrom(s.sharing(task, s.SharedSandbox(), "sleep", "300"))
	s.Start(elsewhere)

	s.Stop(task, scene.Grace)
	for _, id := range []string{inside, elsewhere} {
		if c := s.AwaitExit(id); c.ExitCode != 137 {
			s.Errorf("after the first process of its namespace: %+v, want exit code 137", c)
		}
		s.ExpectError("Start without that process", s.Engine.Start(s.Ctx, id), backend.ErrNoSandbox)
	}
	if c := s.Inspect(beside); c.State != backend.Running {
		s.Errorf("a container with processes of its own: %+v", c)
	}

	lost := s.Spec(task, "sleep", "300")
	lost.Processes = unknownID
	id, err := s.Engine.Create(s.Ctx, lost)
	if err == nil {
		s.IDs = append(s.IDs, id)
		err = s.Engine.Start(s.Ctx, id)
	}
	if err == nil {
		s.Error("a container runs among the processes of a sandbox that there isn't")
	}
}

func testNoIPC(s *env) {
	spec := s.Spec(s.SharedSandbox(), "exit", "0")
	spec.IPC = backend.NoIPC
	id := s.CreateFrom(spec)
	s.Start(id)
	if c := s.AwaitExit(id); c.ExitCode != 0 {
		s.Errorf("without shared memory: %+v", c)
	}
}

// A device that no container has unless it is said, which each Linux host has.
func testDevices(s *env) {
	spec := s.SandboxSpec()
	spec.Devices = true
	machine := s.CreateSandbox(spec)
	spec = s.SandboxSpec()
	spec.Devices, spec.Parent = true, machine
	task := s.CreateSandbox(spec)
	s.Start(machine)
	s.Start(task)
	container := s.Spec(task, "exit", "0")
	container.Devices = []backend.Device{{HostPath: "/dev/kmsg", ContainerPath: "/dev/messages", Permissions: "r"}}
	id := s.CreateFrom(container)
	s.Start(id)
	if c := s.AwaitExit(id); c.ExitCode != 0 {
		s.Errorf("with a device: %+v", c)
	}
}

func testLogDriver(s *env) {
	spec := s.Spec(s.SharedSandbox(), "print", "3")
	spec.Log = backend.Log{Driver: "json-file", Options: map[string]string{"max-size": "1m"}}
	id := s.CreateFrom(spec)
	s.Start(id)
	s.AwaitExit(id)
	if lines := s.Logs(id, backend.LogOptions{}); len(lines) != 3 {
		s.Errorf("output by json-file: %q", scene.Texts(lines))
	}

	spec = s.Spec(s.SharedSandbox(), "print", "3")
	spec.Log = backend.Log{Driver: "no-such-driver"}
	id, err := s.Engine.Create(s.Ctx, spec)
	if err == nil {
		s.IDs = append(s.IDs, id)
		err = s.Engine.Start(s.Ctx, id)
	}
	if err == nil {
		s.Error("a container runs with a log driver that there isn't")
	}

	if strings.Contains(s.createWithFluentd("25k"), "the engine has no log driver fluentd,") { // as on Podman
		return
	}
	for limit, want := range map[string]string{"25k": "", "0": "", "many": "Error response from daemon: invalid size: 'many'"} {
		if got := s.createWithFluentd(limit); got != want {
			s.Errorf("a buffer limit of %q: %s", limit, got)
		}
	}
}

// createWithFluentd returns what the engine has against a container with the log driver fluentd and a buffer limit.
func (s *env) createWithFluentd(limit string) string {
	spec := s.Spec(s.SharedSandbox(), "print", "3")
	spec.Log = backend.Log{Driver: "fluentd", Options: map[string]string{
		"fluentd-address": "unix:///none/fluent.sock", "fluentd-async": "true", "fluentd-buffer-limit": limit,
	}}
	id, err := s.Engine.Create(s.Ctx, spec)
	if err != nil {
		return err.Error()
	}
	s.Remove(id)
	return ""
}
