package backendtest

import (
	"maps"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var listCases = []testCase{
	{"ListFiltersByAllLabels", testList},
	{"LabelsAreReturnedAsGiven", testLabels},
}

func testList(s *env) {
	sandboxSpec := s.SandboxSpec()
	sandboxSpec.Network, sandboxSpec.Labels["kind"] = "", "sandbox"
	sandbox := s.CreateSandbox(sandboxSpec)
	s.Start(sandbox)
	made := map[string]backend.State{sandbox: backend.Running}
	for name, state := range map[string]backend.State{"a": backend.Created, "b": backend.Running, "c": backend.Exited} {
		spec := s.Spec(sandbox, "sleep", "300")
		spec.Labels["kind"], spec.Labels["name"] = "container", name
		id := s.CreateFrom(spec)
		made[id] = state
		if state != backend.Created {
			s.Start(id)
		}
		if state == backend.Exited {
			s.Stop(id, scene.Grace)
		}
	}
	filter := func(labels ...string) map[string]backend.State {
		s.Helper()
		wanted := s.Labels()
		for i := 0; i < len(labels); i += 2 {
			wanted[labels[i]] = labels[i+1]
		}
		found := map[string]backend.State{}
		for _, c := range s.List(wanted) {
			found[c.ID] = c.State
		}
		return found
	}
	if got := filter(); !maps.Equal(got, made) {
		s.Errorf("List of the case's: %v, want %v", got, made)
	}
	if got := filter("kind", "container"); len(got) != 3 {
		s.Errorf("List of containers: %v, want 3", got)
	}
	if got := filter("kind", "container", "name", "b"); len(got) != 1 {
		s.Errorf("List of containers named b: %v, want 1", got)
	}
	if got := filter("kind", "sandbox", "name", "b"); len(got) != 0 {
		s.Errorf("List of sandboxes named b: %v, want none", got)
	}
	all := map[string]bool{}
	for _, c := range s.List(nil) {
		all[c.ID] = true
	}
	for id := range made {
		if !all[id] {
			s.Errorf("List of everything lacks %s", id)
		}
	}
}

func testLabels(s *env) {
	sandboxSpec := s.SandboxSpec()
	sandboxSpec.Labels["com.example/sandbox"] = `quotes " and = signs`
	sandbox := s.CreateSandbox(sandboxSpec)
	s.Start(sandbox)
	spec := s.Spec(sandbox, "exit", "0")
	spec.Labels["empty"] = ""
	id := s.CreateFrom(spec)
	s.Start(id)
	for id, want := range map[string]map[string]string{sandbox: sandboxSpec.Labels, id: spec.Labels} {
		if got := s.Inspect(id).Labels; !maps.Equal(got, want) {
			s.Errorf("Inspect returns labels %v, want %v", got, want)
		}
		expectListed(s.T, s.List(want), id, want)
	}
}

func expectListed(t *testing.T, list []backend.Container, id string, labels map[string]string) {
	t.Helper()
	if len(list) != 1 || list[0].ID != id || !maps.Equal(list[0].Labels, labels) {
		t.Errorf("List returns %+v, want %s with labels %v", list, id, labels)
	}
}
