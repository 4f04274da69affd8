package backendtest

import (
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
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
	sandboxSpec := s.SandboxSpec()
	sandbox := s.CreateSandbox(sandboxSpec)
	if again := s.CreateSandbox(sandboxSpec); again != sandbox {
		s.Errorf("CreateSandbox again made %s beside %s", again, sandbox)
	}
	spec := s.Spec(sandbox, "sleep", "300")
	ids := make([]string, 4)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var err error
			if ids[i], err = s.Engine.Create(s.Ctx, spec); err != nil {
				s.Errorf("Create: %v", err)
			}
		})
	}
	wg.Wait()
	if len(slices.Compact(ids)) != 1 {
		s.Errorf("Create with one name made %v", ids)
	}
	if got := s.Inspect(ids[0]).Name; got != spec.Name {
		s.Errorf("the container's name is %q, want %q", got, spec.Name)
	}
}

func testCreateNotFound(s *env) {
	orphan := s.SandboxSpec()
	orphan.Network = "vpc-that-was-never-made"
	_, err := s.Engine.CreateSandbox(s.Ctx, orphan)
	s.ExpectMissing("CreateSandbox in a network that there isn't", err, backend.KindNetwork)

	spec := s.Spec(s.SharedSandbox(), "sleep", "300")
	spec.Image = s.MissingImage
	_, err = s.Engine.Create(s.Ctx, spec)
	s.ExpectMissing("Create from an image that is absent", err, backend.KindImage)
	if list := s.List(s.Labels()); len(list) != 0 {
		s.Errorf("failed creates left something behind: %+v", list)
	}
}

const unknownID = "00000000000000000000000000000000000000000000000000000000deadbeef"

func testUnknownIDs(s *env) {
	_, inspect := s.Engine.Inspect(s.Ctx, unknownID)
	_, dial := s.Engine.Dial(s.Ctx, "tcp", unknownID, 80)
	write := func(time.Time, bool, string) error { return nil }
	s.ExpectMissing("Inspect", inspect, backend.KindContainer)
	s.ExpectMissing("Dial", dial, backend.KindContainer)
	s.ExpectMissing("Start", s.Engine.Start(s.Ctx, unknownID), backend.KindContainer)
	s.ExpectMissing("Stop", s.Engine.Stop(s.Ctx, unknownID, time.Second), backend.KindContainer)
	s.ExpectMissing("Logs", s.Engine.Logs(s.Ctx, unknownID, backend.LogOptions{Write: write}), backend.KindContainer)
	if err := s.Engine.Remove(s.Ctx, unknownID); err != nil {
		s.Errorf("Remove of what is gone: %v", err)
	}
}

func testStates(s *env) {
	id := s.Create(s.SharedSandbox(), "sleep", "300")
	c := s.Inspect(id)
	if c.ID != id || c.State != backend.Created || c.Sandbox || c.SandboxID != s.SharedSandbox() ||
		!c.StartedAt.IsZero() || !c.ExitedAt.IsZero() {
		s.Errorf("after Create: %+v", c)
	}
	s.Start(id)
	c = s.Inspect(id)
	if c.State != backend.Running || c.StartedAt.IsZero() || !c.ExitedAt.IsZero() || c.Error != "" {
		s.Errorf("after Start: %+v", c)
	}
	started := c.StartedAt
	s.Stop(id, scene.Grace)
	c = s.Inspect(id)
	if c.State != backend.Exited || !c.StartedAt.Equal(started) || c.ExitedAt.Before(started) || c.OOMKilled {
		s.Errorf("after Stop: %+v", c)
	}
}

func testSandboxStates(s *env) {
	spec := s.SandboxSpec()
	made := s.NewSandbox(spec)
	id := made.ID
	if c := s.Inspect(id); c.State == backend.Exited || !c.Sandbox || c.Name != spec.Name || c.SandboxID != "" {
		s.Errorf("after CreateSandbox: %+v", c)
	}
	for range 2 {
		s.Start(id)
		if c := s.Inspect(id); c.State != backend.Running || !c.Sandbox || c.IP != made.IP {
			s.Errorf("after Start: %+v", c)
		}
		s.Stop(id, scene.Grace)
		if c := s.Inspect(id); c.State != backend.Exited || !c.Sandbox {
			s.Errorf("after Stop: %+v", c)
		}
	}
	s.Remove(id)
	_, err := s.Engine.Inspect(s.Ctx, id)
	s.ExpectError("Inspect after Remove", err, backend.ErrNotFound)
}

func testExitCodes(s *env) {
	sandbox := s.SharedSandbox()
	for command, want := range map[string]int{"0": 0, "3": 3, "255": 255} {
		id := s.Launch(sandbox, "exit", command)
		c := s.AwaitExit(id)
		if c.ExitCode != want || c.StartedAt.IsZero() || c.ExitedAt.Before(c.StartedAt) || c.Error != "" {
			s.Errorf("after exit %d: %+v", want, c)
		}
		died := s.Recorder.AwaitOf(s.T, id, "died", scene.Last(backend.ContainerDied))
		if got := died[len(died)-1].ExitCode; got != want {
			s.Errorf("died with %d, want %d", got, want)
		}
	}
}

func testStartTwice(s *env) {
	id := s.Launch(s.SharedSandbox(), "sleep", "300")
	started := s.Inspect(id).StartedAt
	s.Start(id)
	if c := s.Inspect(id); c.State != backend.Running || !c.StartedAt.Equal(started) {
		s.Errorf("a second Start changed the container, which ran since %v: %+v", started, c)
	}
}

func testStartAgain(s *env) {
	id := s.Launch(s.SharedSandbox(), "exit", "3")
	s.AwaitExit(id)
	s.Start(id)
	events := s.Recorder.AwaitOf(s.T, id, "second end", func(events []backend.Event) bool {
		return len(events) >= 4 && scene.Last(backend.ContainerDied)(events)
	})
	want := []backend.EventKind{backend.ContainerStarted, backend.ContainerDied, backend.ContainerStarted, backend.ContainerDied}
	if got := scene.Kinds(events); !slices.Equal(got, want) {
		s.Errorf("events %v, want %v", got, want)
	}
	if got := scene.Texts(s.Logs(id, backend.LogOptions{})); len(got) != 2 {
		s.Errorf("output of two runs: %q", got)
	}
}

func testStartError(s *env) {
	spec := s.Spec(s.SharedSandbox(), "sleep", "300")
	spec.EntryPoint = []string{"/missing/program"}
	id := s.CreateFrom(spec)
	err := s.Engine.Start(s.Ctx, id)
	if err == nil || err.Error() == "" {
		s.Fatalf("Start of a program that there isn't: %v", err)
	}
	if c := s.Inspect(id); c.State == backend.Running || c.Error == "" || !c.StartedAt.IsZero() {
		s.Errorf("after the failed start: %+v", c)
	}
	if events, _ := s.Recorder.Snapshot(); slices.Contains(scene.Kinds(scene.Of(id, events)), backend.ContainerStarted) {
		s.Errorf("a container that never ran has events %v", scene.Of(id, events))
	}
}

func testStartWithoutSandbox(s *env) {
	stopped := s.CreatedSandbox()
	id := s.Create(stopped, "sleep", "300")
	if err := s.Engine.Start(s.Ctx, id); err == nil {
		s.Error("Start in a sandbox that doesn't run succeeded")
	}
	s.Start(stopped)
	s.Start(id)

	id, err := s.Engine.Create(s.Ctx, s.Spec(unknownID, "sleep", "300"))
	if err == nil {
		err = s.Engine.Start(s.Ctx, id)
	}
	if err == nil {
		s.Error("a container runs in a sandbox that there isn't")
	}
}

func testEnvironment(s *env) {
	spec := s.Spec(s.SharedSandbox(), "env")
	spec.Env = []string{"COLOUR=deep blue", "EMPTY="}
	id := s.CreateFrom(spec)
	s.Start(id)
	s.AwaitExit(id)
	output := scene.Texts(s.Logs(id, backend.LogOptions{}))
	for _, want := range spec.Env {
		if !slices.Contains(output, want) {
			s.Errorf("the environment lacks %q: %q", want, output)
		}
	}
}
