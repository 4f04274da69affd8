package backendtest

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var stopCases = []testCase{
	{"StopReturnsWhenTheContainerHasExited", testStop},
	{"StopKillsAfterTheGrace", testStopGrace},
	{"StopOfWhatDoesNotRunSucceeds", testStopTwice},
	{"RemoveKillsAndForgets", testRemove},
	{"CrashEndsARunningContainer", testCrash},
}

func testStop(s *env) {
	id := s.Serve(s.SharedSandbox(), fmt.Sprint(s.Port()))
	begin := time.Now()
	s.Stop(id, scene.Grace)
	if c := s.Inspect(id); c.State != backend.Exited || c.ExitCode != 0 {
		s.Errorf("after Stop: %+v", c)
	}
	if took := time.Since(begin); took > scene.Grace/2 {
		s.Errorf("Stop of a server that exits on the signal took %v", took)
	}
}

func testStopGrace(s *env) {
	id := s.Launch(s.SharedSandbox(), "ignore-term")
	s.AwaitLine(id, "ignoring SIGTERM")
	begin := time.Now()
	s.Stop(id, time.Second)
	if took := time.Since(begin); took < time.Second {
		s.Errorf("killed after %v, want a grace of 1s", took)
	}
	if c := s.Inspect(id); c.State != backend.Exited || c.ExitCode != 137 || c.OOMKilled {
		s.Errorf("after the kill: %+v", c)
	}
	events := s.Recorder.AwaitOf(s.T, id, "died", scene.Last(backend.ContainerDied))
	if got := events[len(events)-1].ExitCode; got != 137 {
		s.Errorf("died with %d, want 137", got)
	}
}

func testStopTwice(s *env) {
	id := s.Create(s.SharedSandbox(), "sleep", "300")
	s.Stop(id, time.Second)
	if c := s.Inspect(id); c.State != backend.Created {
		s.Errorf("Stop of a created container made it %s", c.State)
	}
	s.Start(id)
	s.Stop(id, time.Second)
	exited := s.Inspect(id)
	s.Stop(id, time.Second)
	if again := s.Inspect(id); !again.ExitedAt.Equal(exited.ExitedAt) || again.ExitCode != exited.ExitCode {
		s.Errorf("a second Stop changed %+v to %+v", exited, again)
	}
}

func testRemove(s *env) {
	sandbox := s.SharedSandbox()
	spec := s.Spec(sandbox, "sleep", "300")
	id := s.CreateFrom(spec)
	s.Start(id)
	s.Remove(id)
	_, err := s.Engine.Inspect(s.Ctx, id)
	s.ExpectError("Inspect after Remove", err, backend.ErrNotFound)
	s.Remove(id)
	events := s.Recorder.AwaitOf(s.T, id, "died", scene.Last(backend.ContainerDied))
	if got := events[len(events)-1].ExitCode; got != 137 {
		s.Errorf("died with %d, want 137", got)
	}
	if next := s.CreateFrom(spec); next == id {
		s.Error("a removed container came back under its id")
	}
}

func testCrash(s *env) {
	crasher, ok := s.Engine.(backend.Crasher)
	if !ok {
		s.Fatal("the engine is no backend.Crasher")
	}
	running, created := s.Launch(s.SharedSandbox(), "sleep", "300"), s.Create(s.SharedSandbox(), "sleep", "300")
	for _, id := range []string{running, running, created} {
		if err := crasher.Crash(s.Ctx, id); err != nil {
			s.Errorf("Crash: %v", err)
		}
	}
	if c := s.AwaitExit(running); c.ExitCode != 137 || c.OOMKilled {
		s.Errorf("after a crash: %+v, want the exit code 137", c)
	}
	if c := s.Inspect(created); c.State != backend.Created {
		s.Errorf("a crash changed a container that did not run: %+v", c)
	}
	s.ExpectMissing("Crash of what is gone", crasher.Crash(s.Ctx, unknownID), backend.KindContainer)
}
