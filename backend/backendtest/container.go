package backendtest

import (
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var containerCases = []testCase{
	{"CreateReturnsWhatExistsUnderTheName", testCreateTwice},
	{"CreateRefusesWhatItCannotFind", testCreateNotFound},
	{"UnknownIDsAreNotFound", testUnknownIDs},
	{"AContainerIsCreatedThenRunningThenExited", testStates},
	{"ACreatedSandboxIsAContainerToo", testSandboxStates},
	{"TheExitCodeIsKept", testExitCodes},
	{"StartOfARunningContainerChangesNothing", testStartTwice},
	{"AnExitedContainerStartsAgain", testStartAgain},
	{"AProgramThatDoesNotExistFailsToStart", testStartError},
	{"AContainerNeedsItsSandbox", testStartWithoutSandbox},
	{"TheEnvironmentIsPassedOn", testEnvironment},
}

func testCreateTwice(s *env) {
	sandboxSpec := s.sandboxSpec()
	sandbox := s.createSandbox(sandboxSpec)
	if again := s.createSandbox(sandboxSpec); again != sandbox {
		s.Errorf("CreateSandbox again made %s beside %s", again, sandbox)
	}
	spec := s.spec(sandbox, "sleep", "300")
	ids := make([]string, 4)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var err error
			if ids[i], err = s.Engine.Create(s.ctx, spec); err != nil {
				s.Errorf("Create: %v", err)
			}
		})
	}
	wg.Wait()
	if len(slices.Compact(ids)) != 1 {
		s.Errorf("Create with one name made %v", ids)
	}
	if got := s.inspect(ids[0]).Name; got != spec.Name {
		s.Errorf("the container's name is %q, want %q", got, spec.Name)
	}
}

func testCreateNotFound(s *env) {
	orphan := s.sandboxSpec()
	orphan.Network = "vpc-that-was-never-made"
	_, err := s.Engine.CreateSandbox(s.ctx, orphan)
	s.expectMissing("CreateSandbox in a network that there isn't", err, backend.KindNetwork)

	spec := s.spec(s.sharedSandbox(), "sleep", "300")
	spec.Image = s.MissingImage
	_, err = s.Engine.Create(s.ctx, spec)
	s.expectMissing("Create from an image that is absent", err, backend.KindImage)
	if list := s.list(s.labels()); len(list) != 0 {
		s.Errorf("failed creates left something behind: %+v", list)
	}
}

const unknownID = "00000000000000000000000000000000000000000000000000000000deadbeef"

func testUnknownIDs(s *env) {
	_, inspect := s.Engine.Inspect(s.ctx, unknownID)
	_, dial := s.Engine.Dial(s.ctx, "tcp", unknownID, 80)
	write := func(time.Time, bool, string) error { return nil }
	s.expectMissing("Inspect", inspect, backend.KindContainer)
	s.expectMissing("Dial", dial, backend.KindContainer)
	s.expectMissing("Start", s.Engine.Start(s.ctx, unknownID), backend.KindContainer)
	s.expectMissing("Stop", s.Engine.Stop(s.ctx, unknownID, time.Second), backend.KindContainer)
	s.expectMissing("Logs", s.Engine.Logs(s.ctx, unknownID, backend.LogOptions{Write: write}), backend.KindContainer)
	if err := s.Engine.Remove(s.ctx, unknownID); err != nil {
		s.Errorf("Remove of what is gone: %v", err)
	}
}

func testStates(s *env) {
	id := s.create(s.sharedSandbox(), "sleep", "300")
	c := s.inspect(id)
	if c.State != backend.Created || c.Sandbox || c.SandboxID != s.sharedSandbox() || !c.StartedAt.IsZero() || !c.ExitedAt.IsZero() || c.ID != id {
		s.Errorf("after Create: %+v", c)
	}
	s.start(id)
	c = s.inspect(id)
	if c.State != backend.Running || c.StartedAt.IsZero() || !c.ExitedAt.IsZero() || c.Error != "" {
		s.Errorf("after Start: %+v", c)
	}
	started := c.StartedAt
	s.stop(id, grace)
	c = s.inspect(id)
	if c.State != backend.Exited || !c.StartedAt.Equal(started) || c.ExitedAt.Before(started) || c.OOMKilled {
		s.Errorf("after Stop: %+v", c)
	}
}

func testSandboxStates(s *env) {
	spec := s.sandboxSpec()
	made := s.newSandbox(spec)
	id := made.ID
	if c := s.inspect(id); c.State == backend.Exited || !c.Sandbox || c.Name != spec.Name || c.SandboxID != "" {
		s.Errorf("after CreateSandbox: %+v", c)
	}
	for range 2 {
		s.start(id)
		if c := s.inspect(id); c.State != backend.Running || !c.Sandbox || c.IP != made.IP {
			s.Errorf("after Start: %+v", c)
		}
		s.stop(id, grace)
		if c := s.inspect(id); c.State != backend.Exited || !c.Sandbox {
			s.Errorf("after Stop: %+v", c)
		}
	}
	s.remove(id)
	_, err := s.Engine.Inspect(s.ctx, id)
	s.expectError("Inspect after Remove", err, backend.ErrNotFound)
}

func testExitCodes(s *env) {
	sandbox := s.sharedSandbox()
	for command, want := range map[string]int{"0": 0, "3": 3, "255": 255} {
		id := s.run(sandbox, "exit", command)
		c := s.awaitExit(id)
		if c.ExitCode != want || c.StartedAt.IsZero() || c.ExitedAt.Before(c.StartedAt) || c.Error != "" {
			s.Errorf("after exit %d: %+v", want, c)
		}
		died := s.recorder.awaitOf(s.T, id, "died", last(backend.ContainerDied))
		if got := died[len(died)-1].ExitCode; got != want {
			s.Errorf("died with %d, want %d", got, want)
		}
	}
}

func testStartTwice(s *env) {
	id := s.run(s.sharedSandbox(), "sleep", "300")
	started := s.inspect(id).StartedAt
	s.start(id)
	if c := s.inspect(id); c.State != backend.Running || !c.StartedAt.Equal(started) {
		s.Errorf("a second Start changed the container, which ran since %v: %+v", started, c)
	}
}

func testStartAgain(s *env) {
	id := s.run(s.sharedSandbox(), "exit", "3")
	s.awaitExit(id)
	s.start(id)
	events := s.recorder.awaitOf(s.T, id, "second end", func(events []backend.Event) bool {
		return len(events) >= 4 && last(backend.ContainerDied)(events)
	})
	want := []backend.EventKind{backend.ContainerStarted, backend.ContainerDied, backend.ContainerStarted, backend.ContainerDied}
	if got := kinds(events); !slices.Equal(got, want) {
		s.Errorf("events %v, want %v", got, want)
	}
	if got := texts(s.logs(id, backend.LogOptions{})); len(got) != 2 {
		s.Errorf("output of two runs: %q", got)
	}
}

func testStartError(s *env) {
	spec := s.spec(s.sharedSandbox(), "sleep", "300")
	spec.EntryPoint = []string{"/missing/program"}
	id := s.createFrom(spec)
	err := s.Engine.Start(s.ctx, id)
	if err == nil || err.Error() == "" {
		s.Fatalf("Start of a program that there isn't: %v", err)
	}
	if c := s.inspect(id); c.State == backend.Running || c.Error == "" || !c.StartedAt.IsZero() {
		s.Errorf("after the failed start: %+v", c)
	}
	if events, _ := s.recorder.snapshot(); slices.Contains(kinds(of(id, events)), backend.ContainerStarted) {
		s.Errorf("a container that never ran has events %v", of(id, events))
	}
}

func testStartWithoutSandbox(s *env) {
	stopped := s.createdSandbox()
	id := s.create(stopped, "sleep", "300")
	if err := s.Engine.Start(s.ctx, id); err == nil {
		s.Error("Start in a sandbox that doesn't run succeeded")
	}
	s.start(stopped)
	s.start(id)

	id, err := s.Engine.Create(s.ctx, s.spec(unknownID, "sleep", "300"))
	if err == nil {
		err = s.Engine.Start(s.ctx, id)
	}
	if err == nil {
		s.Error("a container runs in a sandbox that there isn't")
	}
}

func testEnvironment(s *env) {
	spec := s.spec(s.sharedSandbox(), "env")
	spec.Env = []string{"COLOUR=deep blue", "EMPTY="}
	id := s.createFrom(spec)
	s.start(id)
	s.awaitExit(id)
	output := texts(s.logs(id, backend.LogOptions{}))
	for _, want := range spec.Env {
		if !slices.Contains(output, want) {
			s.Errorf("the environment lacks %q: %q", want, output)
		}
	}
}
