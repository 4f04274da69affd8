package placement

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func ofProvider(name string) func(*state.ContainerInstance) {
	return func(c *state.ContainerInstance) { c.CapacityProvider = name }
}

// TestCapacityProvidersPlaceOnTheirInstances: nothing else is looked at, also where it alone has room.
func TestCapacityProvidersPlaceOnTheirInstances(t *testing.T) {
	c := newCluster(t)
	c.add(t, "none", "eu-west-1a")
	c.add(t, "other", "eu-west-1a", ofProvider("other"))
	own := c.add(t, "own", "eu-west-1a", ofProvider("own"))
	pool := NewPool(c.Read(), c.row, func(int) int { return 0 })
	d := demand(func(d *Demand) { d.CapacityProvider, d.Reserved.CPU = "own", 600 })
	place, _ := pool.Place(d)
	if place.ContainerInstance != own || place.CapacityProvider != "own" {
		t.Errorf("placed at %+v", place)
	}
	place, misses := pool.Place(d)
	if place.ContainerInstance != "" || len(misses) != 1 || misses[0].Instance.ARN != own || misses[0].Reason != ResourceCPU {
		t.Errorf("placed at %+v; misses %+v, want that of its own instance", place, misses)
	}
	if !pool.Has(d.LaunchType, "own") || pool.Has(d.LaunchType, "third") {
		t.Error("the pool does not know which providers have instances")
	}
}

// TestWhyATaskWaits names the closest instance's shortcoming, or that there is none.
func TestWhyATaskWaits(t *testing.T) {
	for name, test := range map[string]struct {
		instances []func(*state.ContainerInstance)
		want      string
	}{
		"no instance":        {nil, EmptyProvider},
		"one of another":     {[]func(*state.ContainerInstance){ofProvider("other")}, EmptyProvider},
		"one that drains":    {[]func(*state.ContainerInstance){func(c *state.ContainerInstance) { ofProvider("own")(c); c.Status = state.InstanceDraining }}, NoActiveInstances},
		"one that was":       {[]func(*state.ContainerInstance){func(c *state.ContainerInstance) { ofProvider("own")(c); c.Status = state.InstanceInactive }}, EmptyProvider},
		"no agent on it":     {[]func(*state.ContainerInstance){func(c *state.ContainerInstance) { ofProvider("own")(c); c.AgentConnected = false }}, Agent},
		"one of two is near": {[]func(*state.ContainerInstance){func(c *state.ContainerInstance) { ofProvider("own")(c); c.AgentConnected = false }, ofProvider("own")}, ResourceMemory},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t)
			for i, change := range test.instances {
				c.add(t, string(rune('a'+i)), "eu-west-1a", change)
			}
			pool := NewPool(c.Read(), c.row, func(int) int { return 0 })
			d := demand(func(d *Demand) { d.CapacityProvider, d.Reserved.Memory = "own", 4096 })
			_, misses := pool.Place(d)
			place := pool.Wait(d, misses)
			if place.ContainerInstance != "" || place.CapacityProvider != "own" || place.Waiting == nil || place.Waiting.Reason != test.want {
				t.Errorf("%+v, %+v; want reason %s", place, place.Waiting, test.want)
			}
		})
	}
}
