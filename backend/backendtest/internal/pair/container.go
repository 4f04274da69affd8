package pair

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var containerCases = []testCase{
	{"ContainersAreTheirEnginesOwn", testContainers},
}

// testContainers has each engine tell of its own containers alone, and touch no other.
func testContainers(s *env) {
	s.both(func(here, there *scene.Env) {
		id := here.Launch(here.SharedSandbox(), "sleep", "300")
		for _, c := range there.List(nil) {
			if c.ID == id {
				s.Errorf("List tells of a container of the other engine: %+v", c)
			}
		}
		_, err := there.Engine.Inspect(there.Ctx, id)
		there.ExpectMissing("Inspect of the other engine's", err, backend.KindContainer)
		there.ExpectMissing("Start of the other engine's", there.Engine.Start(there.Ctx, id), backend.KindContainer)
		there.ExpectMissing("Stop of the other engine's", there.Engine.Stop(there.Ctx, id, 0), backend.KindContainer)
		if err := there.Engine.Remove(there.Ctx, id); err != nil {
			s.Errorf("Remove of the other engine's: %v", err)
		}
		if c := here.Inspect(id); c.State != backend.Running {
			s.Errorf("the other engine ended the container: %+v", c)
		}
		_, err = there.Engine.Create(there.Ctx, there.Spec(here.SharedSandbox(), "sleep", "300"))
		there.ExpectMissing("Create in a sandbox of the other engine", err, backend.KindContainer)
		here.Stop(id, scene.Grace)
		here.Recorder.AwaitOf(s.T, id, "end", scene.Last(backend.ContainerDied))
		if events, _ := there.Recorder.Snapshot(); slices.ContainsFunc(events, func(e backend.Event) bool { return e.ContainerID == id }) {
			s.Errorf("Watch tells of a container of the other engine: %v", scene.Of(id, events))
		}
	})
}
