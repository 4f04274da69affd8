package placement

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestAPlaceInAZone(t *testing.T) {
	c := newCluster(t)
	c.add(t, "a", "eu-west-1a")
	b := c.add(t, "b", "eu-west-1b", func(i *state.ContainerInstance) { i.Registered.CPU = 100 })
	c.add(t, "c", "eu-west-1c", func(i *state.ContainerInstance) { i.AgentConnected = false })
	c.add(t, "d", "eu-west-1d", func(i *state.ContainerInstance) { i.Status = state.InstanceDraining })
	c.add(t, "nowhere", "")
	if got := Zones(c.Read(), c.row); !slices.Equal(got, []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}) {
		t.Errorf("zones of ACTIVE instances: %q", got)
	}
	pool, d := NewPool(c.Read(), c.row, NewChance(1)), demand()
	if got := pool.ZonesFor(d); !slices.Equal(got, []string{"eu-west-1a", "eu-west-1b"}) {
		t.Errorf("zones of suitable instances: %q", got)
	}
	if place, _ := pool.Place(d.In("eu-west-1b")); place.ContainerInstance != b || place.Zone != "eu-west-1b" {
		t.Errorf("placed on %+v", place)
	}
	place, misses := pool.Place(d.In("eu-west-1b"))
	if in := MissesIn("eu-west-1b", misses); place.ContainerInstance != "" || len(in) != 1 || in[0].Reason != ResourceCPU {
		t.Errorf("placed on %+v, misses %+v", place, misses)
	}
	if got := pool.ZonesFor(demand(memberOf("attribute:ecs.availability-zone == eu-west-1a"))); !slices.Equal(got, []string{"eu-west-1a"}) {
		t.Errorf("zones of one that is bound to a: %q", got)
	}
}
