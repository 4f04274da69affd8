package vpc

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// KeptApart says which security groups keep TCP from an interface, by its owner, away from a port of another; empty: none
// do, or one of the two is not there.
func (all *Interfaces) KeptApart(from string, to netip.Addr, port int) string {
	all.mu.Lock()
	defer all.mu.Unlock()
	source, address := all.byOwner[from], all.owners.addresses[from]
	if !address.IsValid() {
		return ""
	}
	pass := func(rules []backend.FilterRule, peer netip.Addr) bool {
		return backend.Pass(rules, backend.Flow{Protocol: backend.TCP, Port: port, Peer: peer})
	}
	for _, owner := range all.owners.of(to) {
		target := all.byOwner[owner]
		switch {
		case target == nil, source != nil && target.set.vpc != source.set.vpc:
			continue
		case source == nil && !all.ranges[target.set.vpc].Contains(address): // a network load balancer without groups
			continue
		}
		if f := all.filterOf(target.set); f != nil && !pass(f.In, address) {
			return fmt.Sprintf("no rule of %s lets %s in at port %d", target.set.names(), address, port)
		}
		if source == nil {
			continue
		}
		if f := all.filterOf(source.set); f != nil && !pass(f.Out, to) {
			return fmt.Sprintf("no rule of %s lets %s out to %s, port %d", source.set.names(), address, to, port)
		}
	}
	return ""
}

func (set *groupSet) names() string { return strings.Join(set.groups, " and ") }
