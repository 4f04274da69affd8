package enginehealth

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

const (
	// mostNeighbours is how many neighbours the kernel of an engine's host knows unless it is told otherwise.
	// Source: Linux, Documentation/networking/ip-sysctl.rst, neigh/default/gc_thresh3.
	mostNeighbours = 1024
	// ofEngine is how many addresses of a VPC an engine takes for itself: Swarm's, its relay's and its DNS server's.
	ofEngine = 3
)

// Warnings say what will not go well, although tasks run: several Docker engines in a VPC with more addresses than their hosts
// know neighbours.
func (r Reporter) Warnings() []string {
	names := r.Set.Names()
	if len(names) < 2 || r.Set.First().Docker() == nil {
		return nil
	}
	return crowded(r.Store.Read(), names)
}

// crowded says which VPCs have more addresses in use on some engines than a kernel knows neighbours.
func crowded(tx *store.Tx, names []string) (all []string) {
	room := mostNeighbours - ofEngine*len(names)
	if state.PlacedTasks(tx) <= room {
		return nil
	}
	inUse := map[string]int{}
	type subnet struct {
		scope arn.Scope
		id    string
	}
	vpcs := map[subnet]string{}
	for _, name := range names {
		for _, t := range state.HostTasks(tx, name) {
			if !t.Spec.HasInterface() {
				continue
			}
			in := subnet{t.Scope(), t.Placement.SubnetID}
			if vpcs[in] == "" {
				vpcs[in] = vpc.Of(tx, in.scope, in.id).ID
			}
			inUse[vpcs[in]]++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(inUse)) {
		if inUse[id] > room {
			all = append(all, fmt.Sprintf("%s has some %d addresses in use on %d engines, and Linux knows %d neighbours: more do not reach each other "+
				"unless net.ipv4.neigh.default.gc_thresh3 is raised on the host of each engine", id, inUse[id]+ofEngine*len(names), len(names), mostNeighbours))
		}
	}
	return all
}
