package backendtest

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var watchCases = []testCase{
	{"WatchBeginsWithResync", testWatchResync},
	{"EventsComeInOrder", testWatchOrder},
	{"WatchShowsOnlyWhatCarriesItsLabels", testWatchLabels},
	{"WatchTellsOfOneThingAtATime", testWatchOneAtATime},
}

func testWatchResync(s *env) {
	ctx, cancel := context.WithCancel(s.ctx)
	id := s.run(s.sharedSandbox(), "exit", "0")
	s.awaitExit(id)
	recorder, done := newRecorder(), make(chan error, 1)
	go func() { done <- s.Engine.Watch(ctx, nil, recorder.record) }()
	events := recorder.await(s.T, "event", func(events []backend.Event) bool { return len(events) > 0 })
	if events[0].Kind != backend.Resync {
		s.Errorf("the first event is %+v, want Resync", events[0])
	}
	cancel()
	select {
	case err := <-done:
		expectStopped(s.T, "Watch", err)
	case <-time.After(patience):
		s.Errorf("Watch has not returned %v after its context ended", patience)
	}
}

func testWatchOrder(s *env) {
	sandbox := s.createdSandbox()
	s.start(sandbox)
	first, second := s.run(sandbox, "exit", "4"), s.run(sandbox, "sleep", "300")
	s.awaitExit(first)
	s.stop(second, grace)
	s.stop(sandbox, grace)
	want := []backend.EventKind{backend.ContainerStarted, backend.ContainerDied}
	for _, id := range []string{first, second, sandbox} {
		events := s.recorder.awaitOf(s.T, id, "died", last(backend.ContainerDied))
		if got := kinds(events); !slices.Equal(got, want) {
			s.Errorf("events %v, want %v", got, want)
		}
		if code := s.inspect(id).ExitCode; events[1].ExitCode != code || events[0].ExitCode != 0 {
			s.Errorf("events %+v, want the exit code %d with the end only", events, code)
		}
		for _, event := range events {
			if event.Time.IsZero() || event.Health != "" || event.Err != nil {
				s.Errorf("event %+v", event)
			}
		}
	}
	all, _ := s.recorder.snapshot()
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
	ctx, cancel := context.WithCancel(s.ctx)
	recorder, done := newRecorder(), make(chan struct{})
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
			if _, err := s.Engine.Inspect(s.ctx, event.ContainerID); err != nil && !errors.Is(err, backend.ErrNotFound) {
				s.Errorf("Inspect on an event: %v", err)
			}
		}
		inside.Add(-1)
		recorder.record(event)
	}
	go func() {
		defer close(done)
		expectStopped(s.T, "Watch", s.Engine.Watch(ctx, nil, watch))
	}()
	recorder.await(s.T, "Resync", func(events []backend.Event) bool { return len(events) > 0 })
	sandbox := s.sharedSandbox()
	ids := []string{s.run(sandbox, "exit", "0"), s.run(sandbox, "exit", "1"), s.run(sandbox, "exit", "2")}
	for _, id := range ids {
		recorder.awaitOf(s.T, id, "died", last(backend.ContainerDied))
	}
}

func testWatchLabels(s *env) {
	ctx, cancel := context.WithCancel(s.ctx)
	recorder, done := newRecorder(), make(chan error, 1)
	go func() { done <- s.Engine.Watch(ctx, s.labels(), recorder.record) }()
	recorder.await(s.T, "Resync", func(events []backend.Event) bool { return len(events) > 0 })
	sandbox := s.sharedSandbox()
	other := s.spec(sandbox, "exit", "0")
	other.Labels = nil
	theirs := s.createFrom(other)
	defer s.remove(theirs)
	s.start(theirs)
	s.awaitExit(theirs)
	mine := s.run(sandbox, "exit", "0")
	recorder.awaitOf(s.T, mine, "died", last(backend.ContainerDied))
	events, _ := recorder.snapshot()
	if got := of(theirs, events); len(got) != 0 {
		s.Errorf("Watch shows events of a container without its labels: %+v", got)
	}
	cancel()
	expectStopped(s.T, "Watch", <-done)
}
