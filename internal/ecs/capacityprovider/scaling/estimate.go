package scaling

import (
	"cmp"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Size is what an instance has for tasks.
type Size struct{ CPU, Memory, GPUs, ENIs int }

// Smallest is what an instance has of whichever of the types it is: what every type has.
func Smallest(types []Size) (s Size) {
	for i, t := range types {
		if i == 0 {
			s = t
		}
		s = Size{min(s.CPU, t.CPU), min(s.Memory, t.Memory), min(s.GPUs, t.GPUs), min(s.ENIs, t.ENIs)}
	}
	return s
}

// Estimate is how many instances of a size tasks need that wait. Tasks that need the same make a group, and
// the groups are binpacked, those first that need the most. A task that an empty instance cannot hold is left
// out. Source: ECS developer guide, cluster auto scaling; how the groups share instances is not published.
func Estimate(waiting []*state.Reservation, size Size) (instances, leftOut int) {
	var bins []*bin
	for _, g := range groups(waiting, size) {
		if !(&bin{free: size}).holds(g.need) {
			leftOut += g.tasks
			continue
		}
		at := 0 // an instance that has no room for a task has none for its equals
		for range g.tasks {
			for at < len(bins) && !bins[at].holds(g.need) {
				at++
			}
			if at == len(bins) {
				bins = append(bins, &bin{free: size})
			}
			bins[at].take(g.need)
		}
	}
	return len(bins), leftOut
}

// group is tasks that need the same.
type group struct {
	need  *state.Reservation
	tasks int
	share float64 // of an instance, by what a task needs most of
}

func groups(waiting []*state.Reservation, size Size) (all []group) {
	sorted := sorting.Sorted(slices.Values(waiting), compare)
	for _, need := range sorted {
		if n := len(all); n > 0 && (all[n-1].need == need || compare(all[n-1].need, need) == 0) {
			all[n-1].tasks++
			continue
		}
		all = append(all, group{need, 1, share(need, size)})
	}
	sorting.By(all, func(a, b group) int { return cmp.Compare(b.share, a.share) })
	return all
}

func compare(a, b *state.Reservation) int {
	if a == b {
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.CPU, b.CPU), cmp.Compare(a.Memory, b.Memory), cmp.Compare(a.GPUs, b.GPUs), cmp.Compare(enis(a), enis(b)),
		slices.Compare(a.Ports, b.Ports), slices.Compare(a.PortsUDP, b.PortsUDP),
	)
}

func share(need *state.Reservation, size Size) (most float64) {
	for _, part := range [][2]int{{need.CPU, size.CPU}, {need.Memory, size.Memory}, {need.GPUs, size.GPUs}, {enis(need), size.ENIs}} {
		most = max(most, float64(part[0])/float64(max(part[1], 1)))
	}
	return most
}

func enis(need *state.Reservation) int {
	if need.ENI {
		return 1
	}
	return 0
}

// bin is an instance that is still to come.
type bin struct {
	free     Size
	tcp, udp []uint16 // that tasks have
}

func (b *bin) holds(need *state.Reservation) bool {
	return need.CPU <= b.free.CPU && need.Memory <= b.free.Memory && need.GPUs <= b.free.GPUs && enis(need) <= b.free.ENIs &&
		!overlap(b.tcp, need.Ports) && !overlap(b.udp, need.PortsUDP)
}

func (b *bin) take(need *state.Reservation) {
	b.free.CPU -= need.CPU
	b.free.Memory -= need.Memory
	b.free.GPUs -= need.GPUs
	b.free.ENIs -= enis(need)
	b.tcp, b.udp = append(b.tcp, need.Ports...), append(b.udp, need.PortsUDP...)
}

func overlap(taken, wanted []uint16) bool {
	return slices.ContainsFunc(wanted, func(port uint16) bool { return slices.Contains(taken, port) })
}
