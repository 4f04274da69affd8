package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// portSets are the different lists of ports that instances have taken from the start:
// those of one image and type are the same, so they are compared once for all of these.
type portSets struct {
	of   []int32 // for each instance the number of its set
	sets []*state.Resources
}

func newPortSets(nodes []node) *portSets {
	p := &portSets{of: make([]int32, len(nodes))}
	numbers := map[string]int32{}
	var key []byte
	for i := range nodes {
		has := &nodes[i].instance.Registered
		key = key[:0]
		for _, port := range has.Ports {
			key = append(key, byte(port>>8), byte(port))
		}
		key = append(key, "/udp"...)
		for _, port := range has.PortsUDP {
			key = append(key, byte(port>>8), byte(port))
		}
		number, known := numbers[string(key)]
		if !known {
			number = int32(len(p.sets))
			numbers[string(key)] = number
			p.sets = append(p.sets, has)
		}
		p.of[i] = number
	}
	return p
}

func (p *portSets) takenFromTheStart(r *state.Reservation) []bool {
	taken := make([]bool, len(p.sets))
	for i, has := range p.sets {
		taken[i] = overlap(r.Ports, has.Ports) || overlap(r.PortsUDP, has.PortsUDP)
	}
	return taken
}

func overlap(ports []uint16, taken []uint16) bool {
	return slices.ContainsFunc(ports, func(port uint16) bool { return slices.Contains(taken, port) })
}

// portsFree reports whether an instance has the ports that a demand names.
func (p *Pool) portsFree(i int, pl *plan) bool {
	if pl.portsTaken == nil {
		return true
	}
	if pl.portsTaken[pl.portSet[i]] {
		return false
	}
	n, r := &p.nodes[i], pl.demand.Reserved
	if !n.ports {
		return true
	}
	if overlap(r.Ports, n.usage.Ports) || overlap(r.PortsUDP, n.usage.PortsUDP) {
		return false
	}
	t := p.taken[i]
	return t == nil || !overlap(r.Ports, t.ports) && !overlap(r.PortsUDP, t.portsUDP)
}
