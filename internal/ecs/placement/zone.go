package placement

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Zones are the zones of the ACTIVE container instances of a cluster that take tasks of the launch type EC2.
// They are found out once until an instance changes.
func Zones(tx *store.Tx, cluster *state.Cluster) []string { return rosterOf(tx, cluster).zones() }

func (r *roster) zonesOfNodes() []string {
	zones := map[string]bool{}
	for i := range r.nodes {
		if n := &r.nodes[i]; n.kind == onEC2 && n.instance.Zone != "" {
			zones[n.instance.Zone] = true
		}
	}
	return slices.Sorted(maps.Keys(zones))
}

// ZonesFor are the zones in which tasks of a demand may be on a container instance, also where none is free.
func (p *Pool) ZonesFor(d *Demand) []string {
	pl, zones := p.plan(d), map[string]bool{}
	for i := range p.nodes {
		n := &p.nodes[i]
		if zone := n.instance.Zone; pl.looksAt(n) && zone != "" && !zones[zone] && p.judged(i, pl) == fits {
			zones[zone] = true
		}
	}
	return slices.Sorted(maps.Keys(zones))
}

// In is the demand for a place in one zone. It counts the same tasks.
func (d *Demand) In(zone string) *Demand {
	in := *d
	in.zone, in.compiled = zone, nil
	return &in
}

// MissesIn are the misses of the container instances in a zone.
func MissesIn(zone string, misses []Miss) []Miss {
	return slices.DeleteFunc(slices.Clone(misses), func(m Miss) bool { return m.Instance.Zone != zone })
}
