package backendtest

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func testOwners(s *env, otherSuite *suite) {
	other := otherSuite.env(s.T)
	mine := s.run(s.runningSandbox(), "sleep", "300")

	sandbox := other.runningSandbox()
	theirs := []string{sandbox, other.run(sandbox, "sleep", "300"), other.create(sandbox, "exit", "0")}
	if got := s.list(s.labels()); len(got) != 2 {
		s.Errorf("one owner's List shows %+v, want its own two", got)
	}
	if got := other.list(other.labels()); len(got) != 3 {
		s.Errorf("the other owner's List shows %+v, want its own three", got)
	}
	_, err := other.Engine.Inspect(s.ctx, mine)
	s.expectError("Inspect of another owner's", err, backend.ErrNotFound)
	s.expectMissing("Start of another owner's", other.Engine.Start(s.ctx, mine), backend.KindContainer)
	s.expectMissing("Stop of another owner's", other.Engine.Stop(s.ctx, mine, 0), backend.KindContainer)
	if err := other.Engine.Remove(s.ctx, mine); err != nil {
		s.Errorf("Remove of another owner's: %v", err)
	}
	if c := s.inspect(mine); c.State != backend.Running {
		s.Errorf("another owner ended the container: %+v", c)
	}
	if got := other.listNetworks(nil); slices.ContainsFunc(got, func(n backend.Network) bool { return n.ID == s.network.ID }) {
		s.Errorf("the other owner's Networks shows %+v", got)
	}
	if events, _ := otherSuite.recorder.snapshot(); len(of(mine, events)) != 0 {
		s.Errorf("Watch shows another owner's events: %+v", of(mine, events))
	}

	volume := s.volume(s.labels())
	if err := other.Engine.RemoveVolume(s.ctx, volume); err != nil {
		s.Errorf("RemoveVolume of another owner's: %v", err)
	}
	other.volume(nil)
	for range 2 {
		if err := other.Engine.RemoveAll(s.ctx); err != nil {
			s.Fatalf("RemoveAll: %v", err)
		}
		if got := other.list(nil); len(got) != 0 {
			s.Errorf("RemoveAll left %+v", got)
		}
		if left, err := other.Engine.Volumes(s.ctx, nil); err != nil || len(left) != 0 {
			s.Errorf("RemoveAll left %+v, %v", left, err)
		}
	}
	for _, id := range theirs {
		_, err := other.Engine.Inspect(s.ctx, id)
		s.expectError("Inspect after RemoveAll", err, backend.ErrNotFound)
	}
	_, err = other.Engine.CreateSandbox(s.ctx, other.sandboxSpec())
	s.expectMissing("CreateSandbox in a network that RemoveAll removed", err, backend.KindNetwork)
	if c := s.inspect(mine); c.State != backend.Running {
		s.Errorf("RemoveAll of one owner touched another's: %+v", c)
	}
	if _, err := s.Engine.Volume(s.ctx, volume); err != nil {
		s.Errorf("RemoveAll of one owner touched another's volume: %v", err)
	}

	again, err := other.Engine.EnsureNetwork(s.ctx, backend.NetworkSpec{Name: otherSuite.network.Name})
	if err != nil || again.ID == otherSuite.network.ID {
		s.Errorf("EnsureNetwork after RemoveAll: %+v, %v; want a new network", again, err)
	}
}

func testLost(s *env) {
	sandbox := s.runningSandbox()
	brief, long := s.run(sandbox, "sleep", "1s"), s.run(sandbox, "sleep", "300")
	restored := false
	restore := func() {
		if !restored {
			restored = true
			s.Restore()
		}
	}
	s.Cleanup(restore) // before the suite cleans up, however this ends
	s.Lose()
	events := s.recorder.await(s.T, "Disconnected", last(backend.Disconnected))
	if events[len(events)-1].Err == nil {
		s.Error("Disconnected doesn't say why")
	}
	_, info := s.Engine.Info(s.ctx)
	_, list := s.Engine.List(s.ctx, nil)
	_, inspect := s.Engine.Inspect(s.ctx, long)
	s.expectError("Info of a lost engine", info, backend.ErrUnavailable)
	s.expectError("List of a lost engine", list, backend.ErrUnavailable)
	s.expectError("Inspect of a lost engine", inspect, backend.ErrUnavailable)
	s.expectError("Start of a lost engine", s.Engine.Start(s.ctx, long), backend.ErrUnavailable)
	s.expectError("Remove of a lost engine", s.Engine.Remove(s.ctx, long), backend.ErrUnavailable)

	restore()
	events = s.recorder.await(s.T, "Resync", func(events []backend.Event) bool {
		return slices.Contains(kinds(events)[1:], backend.Resync)
	})
	lost, back := slices.Index(kinds(events), backend.Disconnected), slices.Index(kinds(events)[1:], backend.Resync)+1
	if back < lost {
		s.Errorf("events %v, want Resync after Disconnected", kinds(events))
	}
	if _, err := s.Engine.Info(s.ctx); err != nil {
		s.Errorf("Info after Resync: %v", err)
	}
	if c := s.inspect(long); c.State != backend.Running {
		s.Errorf("a container ended with the connection: %+v", c)
	}
	s.awaitExit(brief)
}
