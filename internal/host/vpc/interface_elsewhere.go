package vpc

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Interfaces send nothing to other VPCs that have some. Engines keep their networks apart as well, but
// not at each moment: Docker 20.10 takes the jump to its rules for that out of the firewall and puts it
// back whenever a network is made, and meanwhile whole connections come about between any two
// networks. Who is asked cannot tell, because what comes has the address of the gateway then.
//
// A VPC has its network from its first interface on until it is deleted. Interfaces there come and go,
// and those of other VPCs need not be told of that.

// enterVPC has others send nothing to the VPC that a set is in, which may have another range than it
// had before. The lock is held.
func (all *Interfaces) enterVPC(set *groupSet) {
	v := all.vpcOf(set)
	if v == nil {
		return
	}
	set.vpc = v.ID
	if cidr := netip.MustParsePrefix(v.CIDR); all.ranges[v.ID] != cidr {
		all.ranges[v.ID] = cidr
		all.elsewhereChanged()
	}
}

// VPCGone is for a VPC that has been deleted: its range is free for others.
func (all *Interfaces) VPCGone(id string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if _, known := all.ranges[id]; known {
		delete(all.ranges, id)
		all.elsewhereChanged()
	}
}

// vpcOf is the VPC of a set's groups, which are all of one, or nil. The default VPCs, which share a
// network, share an id as well; no others do.
func (all *Interfaces) vpcOf(set *groupSet) *ec2network.VPC {
	tx := all.Store.Read()
	for _, id := range set.groups {
		g := ec2network.FindSecurityGroup(tx, set.scope, id)
		if g == nil {
			continue
		}
		if v := ec2network.FindVPC(tx, set.scope, g.VPC); v != nil {
			return v
		}
	}
	return nil
}

// elsewhereChanged has all sets looked at again. Only those of other VPCs find another filter. The
// lock is held.
func (all *Interfaces) elsewhereChanged() {
	for _, set := range all.sets {
		if set.vpc != "" {
			set.read = false
			all.mark(set)
		}
	}
}

// Elsewhere implements securitygroup.Peers. Of VPCs with the same addresses the own one comes first: the
// others have no network on the engine.
func (p peers) Elsewhere() (ranges []netip.Prefix) {
	own, known := p.all.ranges[p.vpc]
	if !known {
		return nil
	}
	for _, other := range p.all.ranges {
		if !other.Overlaps(own) {
			ranges = append(ranges, other)
		}
	}
	sorting.By(ranges, netip.Prefix.Compare)
	return ranges
}
