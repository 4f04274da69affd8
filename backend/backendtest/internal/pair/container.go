package pair

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var containerCases = []testCase{
	{"ContainersAreTheirEnginesOwn", testContainers},
	{"ManySandboxesAtOnceHaveAddressesOfTheirOwn", testManyAtOnce},
	{"VolumesAreTheirEnginesOwn", testVolumes},
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

// testManyAtOnce has both engines make sandboxes at once, as many as tasks of a deployment.
func testManyAtOnce(s *env) {
	const each = 4
	made := make([]backend.Container, 2*each)
	var calls sync.WaitGroup
	for i := range made {
		on := []*scene.Env{s.a, s.b}[i%2]
		spec := on.SandboxSpec()
		calls.Go(func() {
			var err error
			if made[i], err = on.Engine.CreateSandbox(on.Ctx, spec); err == nil {
				err = on.TryStart(made[i].ID)
			}
			if err != nil {
				s.Errorf("a sandbox among many: %v", err)
			}
		})
	}
	calls.Wait()
	addresses := map[netip.Addr]bool{}
	for _, c := range made {
		addresses[c.IP] = true
	}
	if len(addresses) != len(made) {
		s.Fatalf("some of the sandboxes have one address: %+v", made)
	}
	server, client := made[0], made[1]
	s.a.Serve(server.ID, "8080")
	s.b.AwaitAnswer(s.b.Spec(client.ID, "check"), at(server, 8080))
}

// testVolumes has volumes of one name on both engines, which are two.
func testVolumes(s *env) {
	spec := backend.VolumeSpec{Name: s.a.UniqueName("data"), Labels: s.a.Labels()}
	s.both(func(here, _ *scene.Env) {
		here.Volumes = append(here.Volumes, spec.Name)
		if err := here.Engine.EnsureVolume(here.Ctx, spec); err != nil {
			s.Fatalf("EnsureVolume: %v", err)
		}
	})
	if err := s.a.Engine.RemoveVolume(s.a.Ctx, spec.Name); err != nil {
		s.Fatalf("RemoveVolume: %v", err)
	}
	_, err := s.a.Engine.Volume(s.a.Ctx, spec.Name)
	s.a.ExpectMissing("Volume that has been removed", err, backend.KindVolume)
	if _, err := s.b.Engine.Volume(s.b.Ctx, spec.Name); err != nil {
		s.Errorf("RemoveVolume of one engine touched the other's: %v", err)
	}
}
