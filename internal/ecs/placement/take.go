package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// taken is what has been placed on an instance since the transaction found it, of that
// which is not a number.
type taken struct {
	ports, portsUDP []uint16
	gpus            []string
}

// take takes what a demand asks for of an instance on which it fits.
func (p *Pool) take(i int, plan *plan) state.Placement {
	n := &p.nodes[i]
	place := state.Placement{
		CapacityProvider: plan.demand.CapacityProvider, ContainerInstance: n.instance.ARN, ByHand: n.instance.ByHand, Zone: n.instance.Zone,
		Host: n.instance.Host,
	}
	p.putFileSystems(n.instance.Host, plan.demand.FileSystems)
	if subnet := plan.subnetOf(n.instance); subnet != nil {
		place.SubnetID, place.Zone = subnet.ID, subnet.Zone
	}
	plan.group.add(i)
	r := plan.demand.Reserved
	if r == nil {
		return place
	}
	n.cpu -= int32(r.CPU)
	n.memory -= int32(r.Memory)
	if r.ENI {
		n.enis--
	}
	if r.GPUs > 0 {
		place.GPUs = p.freeGPUs(i)[:r.GPUs:r.GPUs]
		n.gpus -= int16(r.GPUs)
		t := p.takenOf(i)
		t.gpus = append(t.gpus, place.GPUs...)
	}
	if len(r.Ports)+len(r.PortsUDP) > 0 {
		n.ports = true
		t := p.takenOf(i)
		t.ports = append(t.ports, r.Ports...)
		t.portsUDP = append(t.portsUDP, r.PortsUDP...)
	}
	return place
}

// takenOf is what is noted of an instance from now on.
func (p *Pool) takenOf(i int) *taken {
	if p.taken == nil {
		p.taken = map[int]*taken{}
	}
	if p.taken[i] == nil {
		p.taken[i] = &taken{}
	}
	return p.taken[i]
}

func (p *Pool) freeGPUs(i int) []string {
	n, t := &p.nodes[i], p.takenOf(i)
	return slices.DeleteFunc(slices.Clone(n.instance.Registered.GPUs), func(id string) bool {
		return slices.Contains(n.usage.GPUs, id) || slices.Contains(t.gpus, id)
	})
}
