package engines

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// A network of a swarm is one, although each engine has it.
func TestOwnersOfSeveralEnginesAreCountedTogether(t *testing.T) {
	got := joined([]docker.Owner{
		{ID: "x", State: "dead", Containers: 1, Networks: 2, Overlays: []string{"vpc"}},
		{ID: "y", State: "live", Networks: 1},
		{ID: "x", State: "kept", Containers: 2, Networks: 3, Overlays: []string{"vpc", "other"}, Directory: "data"},
	})
	if len(got) != 2 || got[1].ID != "y" {
		t.Fatalf("%+v", got)
	}
	x := got[0]
	slices.Sort(x.Overlays)
	if x.State != "kept" || x.Containers != 3 || x.Networks != 4 || !slices.Equal(x.Overlays, []string{"other", "vpc"}) || x.Directory != "data" {
		t.Errorf("%+v", x)
	}
}
