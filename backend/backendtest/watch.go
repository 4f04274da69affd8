package backendtest

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var watchCases = []testCase{
	{"WatchBeginsWithResync", testWatchResync},
	{"EventsComeInOrder", testWatchOrder},
	{"WatchShowsOnlyWhatCarriesItsLabels", testWatchLabels},
	{"WatchTellsOfOneThingAtATime", testWatchOneAtATime},
}

func testWatchResync(s *env) {
	ctx, cancel := context.WithCancel(s.Ctx)
	id := s.Launch(s.SharedSandbox(), "exit", "0")
	s.AwaitExit(id)
	recorder, done := scene.NewRecorder(), make(chan error, 1)
	go func() { done <- s.Engine.Watch(ctx, nil, recorder.Record) }()
	events := recorder.Await(s.T, "event", func(events []backend.Event) bool { return len(events) > 0 })
	if events[0].Kind != backend.Resync {
		s.Errorf("the first event is %+v, want Resync", events[0])
	}
	cancel()
	select {
	case err := <-done:
		scene.ExpectStopped(s.T, "Watch", err)
	case <-time.After(scene.Patience):
		s.Errorf("Watch has not returned %v after its context ended", scene.Patience)
	}
}

func testWatchOrder(s *env) {
	sandbox := s.CreatedSandbox()
	s.Start(sandbox)
	first, second := s.Launch(sandbox, "exit", "4"), s.Launch(sandbox, "sleep", "300")
	s.AwaitExit(first)
	s.Stop(second, scene.Grace)
	s.Stop(sandbox, scene.Grace)
	want := []backend.EventKind{backend.ContainerStarted, backend.ContainerDied}
	for _, id := range []string{first, second, sandbox} {
		events := s.Recorder.AwaitOf(s.T, id, "died", scene.Last(backend.ContainerDied))
		if got := scene.Kinds(events); !slices.Equal(got, want) {
			s.Errorf("events %v, want %v", got, want)
		}
		if code := s.Inspect(id).ExitCode; events[1].ExitCode != code || events[0].ExitCode != 0 {
			s.Errorf("events %+v, want the exit code %d with the end only", events, code)
		}
		for _, event := range events {
			if event.Time.IsZero() || event.Health != "" || event.Err != nil {
				s.Errorf("event %+v", event)
			}
		}
	}
	all, _ := s.Recorder.Snapshot()
	all = slices.DeleteFunc(all, func(e backend.Event) bool { return !slices.Contains([]string{sandbox, first, second}, e.ContainerID) })
	at := func(id string, kind backend.EventKind) int {
		return slices.IndexFunc(all, func(e backend.Event) bool { return e.ContainerID == id && e.Kind == kind })
	}
	order := []int{
		at(sandbox, backend.ContainerStarted), at(first, backend.ContainerStarted),
		at(second, backend.ContainerDied), at(sandbox, backend.ContainerDied),
	}
	if !slices.IsSorted(order) {
		s.Errorf("events are out of order: %+v", all)
	}
}

func testWatchOneAtATime(s *env) {
	ctx, cancel := context.WithCancel(s.Ctx)
	recorder, done := scene.NewRecorder(), make(chan struct{})
	defer func() {
		cancel()
		<-done
	}()
	var inside atomic.Int32
	watch := func(event backend.Event) {
		if inside.Add(1) != 1 {
			s.Error("Watch calls its function twice at once")
		}
		// The function may use the engine.
		if event.ContainerID != "" {
			if _, err := s.Engine.Inspect(s.Ctx, event.ContainerID); err != nil && !errors.Is(err, backend.ErrNotFound) {
				s.Errorf("Inspect on an event: %v", err)
			}
		}
		inside.Add(-1)
		recorder.Record(event)
	}
	go func() {
		defer close(done)
		scene.ExpectStopped(s.T, "Watch", s.Engine.Watch(ctx, nil, watch))
	}()
	recorder.Await(s.T, "Resync", func(events []backend.Event) bool { return len(events) > 0 })
	sandbox := s.SharedSandbox()
	ids := []string{s.Launch(sandbox, "exit", "0"), s.Launch(sandbox, "exit", "1"), s.Launch(sandbox, "exit", "2")}
	for _, id := range ids {
		recorder.AwaitOf(s.T, id, "died", scene.Last(backend.ContainerDied))
	}
}

func testWatchLabels(s *env) {
	ctx, cancel := context.WithCancel(s.Ctx)
	recorder, done := scene.NewRecorder(), make(chan error, 1)
	go func() { done <- s.Engine.Watch(ctx, s.Labels(), recorder.Record) }()
	recorder.Await(s.T, "Resync", func(events []backend.Event) bool { return len(events) > 0 })
	sandbox := s.SharedSandbox()
	other := s.Spec(sandbox, "exit", "0")
	other.Labels = nil
	theirs := s.CreateFrom(other)
	defer s.Remove(theirs)
	s.Start(theirs)
	s.AwaitExit(theirs)
	mine := s.Launch(sandbox, "exit", "0")
	recorder.AwaitOf(s.T, mine, "died", scene.Last(backend.ContainerDied))
	events, _ := recorder.Snapshot()
	if got := scene.Of(theirs, events); len(got) != 0 {
		s.Errorf("Watch shows events of a container without its labels: %+v", got)
	}
	cancel()
	scene.ExpectStopped(s.T, "Watch", <-done)
}
