package backendtest

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var stopCases = []testCase{
	{"StopReturnsWhenTheContainerHasExited", testStop},
	{"StopKillsAfterTheGrace", testStopGrace},
	{"StopOfWhatDoesNotRunSucceeds", testStopTwice},
	{"RemoveKillsAndForgets", testRemove},
	{"CrashEndsARunningContainer", testCrash},
}

func testStop(s *env) {
	id := s.serve(s.sharedSandbox(), fmt.Sprint(s.port()))
	begin := time.Now()
	s.stop(id, grace)
	if c := s.inspect(id); c.State != backend.Exited || c.ExitCode != 0 {
		s.Errorf("after Stop: %+v", c)
	}
	if took := time.Since(begin); took > grace/2 {
		s.Errorf("Stop of a server that exits on the signal took %v", took)
	}
}

func testStopGrace(s *env) {
	id := s.run(s.sharedSandbox(), "ignore-term")
	s.awaitLine(id, "ignoring SIGTERM")
	begin := time.Now()
	s.stop(id, time.Second)
	if took := time.Since(begin); took < time.Second {
		s.Errorf("killed after %v, want a grace of 1s", took)
	}
	if c := s.inspect(id); c.State != backend.Exited || c.ExitCode != 137 || c.OOMKilled {
		s.Errorf("after the kill: %+v", c)
	}
	events := s.recorder.awaitOf(s.T, id, "died", last(backend.ContainerDied))
	if got := events[len(events)-1].ExitCode; got != 137 {
		s.Errorf("died with %d, want 137", got)
	}
}

func testStopTwice(s *env) {
	id := s.create(s.sharedSandbox(), "sleep", "300")
	s.stop(id, time.Second)
	if c := s.inspect(id); c.State != backend.Created {
		s.Errorf("Stop of a created container made it %s", c.State)
	}
	s.start(id)
	s.stop(id, time.Second)
	exited := s.inspect(id)
	s.stop(id, time.Second)
	if again := s.inspect(id); !again.ExitedAt.Equal(exited.ExitedAt) || again.ExitCode != exited.ExitCode {
		s.Errorf("a second Stop changed %+v to %+v", exited, again)
	}
}

func testRemove(s *env) {
	sandbox := s.sharedSandbox()
	spec := s.spec(sandbox, "sleep", "300")
	id := s.createFrom(spec)
	s.start(id)
	s.remove(id)
	_, err := s.Engine.Inspect(s.ctx, id)
	s.expectError("Inspect after Remove", err, backend.ErrNotFound)
	s.remove(id)
	events := s.recorder.awaitOf(s.T, id, "died", last(backend.ContainerDied))
	if got := events[len(events)-1].ExitCode; got != 137 {
		s.Errorf("died with %d, want 137", got)
	}
	if next := s.createFrom(spec); next == id {
		s.Error("a removed container came back under its id")
	}
}

func testCrash(s *env) {
	crasher, ok := s.Engine.(backend.Crasher)
	if !ok {
		s.Fatal("the engine is no backend.Crasher")
	}
	running, created := s.run(s.sharedSandbox(), "sleep", "300"), s.create(s.sharedSandbox(), "sleep", "300")
	for _, id := range []string{running, running, created} {
		if err := crasher.Crash(s.ctx, id); err != nil {
			s.Errorf("Crash: %v", err)
		}
	}
	if c := s.awaitExit(running); c.ExitCode != 137 || c.OOMKilled {
		s.Errorf("after a crash: %+v, want the exit code 137", c)
	}
	if c := s.inspect(created); c.State != backend.Created {
		s.Errorf("a crash changed a container that did not run: %+v", c)
	}
	s.expectMissing("Crash of what is gone", crasher.Crash(s.ctx, unknownID), backend.KindContainer)
}
