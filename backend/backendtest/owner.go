package backendtest

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

func testOwners(s *env, otherSuite *scene.Suite) {
	other := newEnv(s.T, otherSuite)
	mine := s.Launch(s.RunningSandbox(), "sleep", "300")

	sandbox := other.RunningSandbox()
	theirs := []string{sandbox, other.Launch(sandbox, "sleep", "300"), other.Create(sandbox, "exit", "0")}
	if got := s.List(s.Labels()); len(got) != 2 {
		s.Errorf("one owner's List shows %+v, want its own two", got)
	}
	if got := other.List(other.Labels()); len(got) != 3 {
		s.Errorf("the other owner's List shows %+v, want its own three", got)
	}
	_, err := other.Engine.Inspect(s.Ctx, mine)
	s.ExpectError("Inspect of another owner's", err, backend.ErrNotFound)
	s.ExpectMissing("Start of another owner's", other.Engine.Start(s.Ctx, mine), backend.KindContainer)
	s.ExpectMissing("Stop of another owner's", other.Engine.Stop(s.Ctx, mine, 0), backend.KindContainer)
	if err := other.Engine.Remove(s.Ctx, mine); err != nil {
		s.Errorf("Remove of another owner's: %v", err)
	}
	if c := s.Inspect(mine); c.State != backend.Running {
		s.Errorf("another owner ended the container: %+v", c)
	}
	if got := other.listNetworks(nil); slices.ContainsFunc(got, func(n backend.Network) bool { return n.ID == s.Network.ID }) {
		s.Errorf("the other owner's Networks shows %+v", got)
	}
	if events, _ := otherSuite.Recorder.Snapshot(); len(scene.Of(mine, events)) != 0 {
		s.Errorf("Watch shows another owner's events: %+v", scene.Of(mine, events))
	}

	volume := s.volume(s.Labels())
	if err := other.Engine.RemoveVolume(s.Ctx, volume); err != nil {
		s.Errorf("RemoveVolume of another owner's: %v", err)
	}
	other.volume(nil)
	for range 2 {
		if err := other.Engine.RemoveAll(s.Ctx); err != nil {
			s.Fatalf("RemoveAll: %v", err)
		}
		if got := other.List(nil); len(got) != 0 {
			s.Errorf("RemoveAll left %+v", got)
		}
		if left, err := other.Engine.Volumes(s.Ctx, nil); err != nil || len(left) != 0 {
			s.Errorf("RemoveAll left %+v, %v", left, err)
		}
	}
	for _, id := range theirs {
		_, err := other.Engine.Inspect(s.Ctx, id)
		s.ExpectError("Inspect after RemoveAll", err, backend.ErrNotFound)
	}
	_, err = other.Engine.CreateSandbox(s.Ctx, other.SandboxSpec())
	s.ExpectMissing("CreateSandbox in a network that RemoveAll removed", err, backend.KindNetwork)
	if c := s.Inspect(mine); c.State != backend.Running {
		s.Errorf("RemoveAll of one owner touched another's: %+v", c)
	}
	if _, err := s.Engine.Volume(s.Ctx, volume); err != nil {
		s.Errorf("RemoveAll of one owner touched another's volume: %v", err)
	}

	again, err := other.Engine.EnsureNetwork(s.Ctx, backend.NetworkSpec{Name: otherSuite.Network.Name})
	if err != nil || again.ID == otherSuite.Network.ID {
		s.Errorf("EnsureNetwork after RemoveAll: %+v, %v; want a new network", again, err)
	}
}

func testLost(s *env) {
	sandbox := s.RunningSandbox()
	brief, long := s.Launch(sandbox, "sleep", "1s"), s.Launch(sandbox, "sleep", "300")
	restored := false
	restore := func() {
		if !restored {
			restored = true
			s.Restore()
		}
	}
	s.Cleanup(restore) // before the suite cleans up, however this ends
	s.Lose()
	events := s.Recorder.Await(s.T, "Disconnected", scene.Last(backend.Disconnected))
	if events[len(events)-1].Err == nil {
		s.Error("Disconnected doesn't say why")
	}
	_, info := s.Engine.Info(s.Ctx)
	_, list := s.Engine.List(s.Ctx, nil)
	_, inspect := s.Engine.Inspect(s.Ctx, long)
	s.ExpectError("Info of a lost engine", info, backend.ErrUnavailable)
	s.ExpectError("List of a lost engine", list, backend.ErrUnavailable)
	s.ExpectError("Inspect of a lost engine", inspect, backend.ErrUnavailable)
	s.ExpectError("Start of a lost engine", s.Engine.Start(s.Ctx, long), backend.ErrUnavailable)
	s.ExpectError("Remove of a lost engine", s.Engine.Remove(s.Ctx, long), backend.ErrUnavailable)

	restore()
	events = s.Recorder.Await(s.T, "Resync", func(events []backend.Event) bool {
		return slices.Contains(scene.Kinds(events)[1:], backend.Resync)
	})
	lost, back := slices.Index(scene.Kinds(events), backend.Disconnected), slices.Index(scene.Kinds(events)[1:], backend.Resync)+1
	if back < lost {
		s.Errorf("events %v, want Resync after Disconnected", scene.Kinds(events))
	}
	if _, err := s.Engine.Info(s.Ctx); err != nil {
		s.Errorf("Info after Resync: %v", err)
	}
	if c := s.Inspect(long); c.State != backend.Running {
		s.Errorf("a container ended with the connection: %+v", c)
	}
	s.AwaitExit(brief)
}
