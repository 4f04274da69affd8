package vpc

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc/securitygroup"
)

// wanted is what the engine is to be told. A simulated one that has a filter finds out by
// itself what has become of it. The lock is held.
func (all *Interfaces) wanted(i *netInterface) *backend.Filter {
	if !i.network.Engine.Simulated() || !i.set.read {
		all.filterOf(i.set)
	}
	switch {
	case i.set.open:
		return nil
	case i.network.Engine.Simulated():
		return i.set.handle
	}
	return i.set.filter
}

// filterOf is what a set lets pass. The lock is held.
func (all *Interfaces) filterOf(set *groupSet) *backend.Filter {
	if !set.compiled {
		all.compile(set)
	}
	return set.filter
}

// compile looks at the rows. The lock is held.
func (all *Interfaces) compile(set *groupSet) {
	tx := all.Store.Read()
	var groups []*ec2network.SecurityGroup
	for _, id := range set.groups {
		if g := ec2network.FindSecurityGroup(tx, set.scope, id); g != nil {
			groups = append(groups, g)
		}
	}
	all.forgetNamed(set)
	named, lists := securitygroup.Names(groups)
	for _, id := range named {
		key := ec2network.SecurityGroupKey(set.scope, id)
		set.named = append(set.named, key)
		put(all.naming, key, set)
	}
	for _, id := range lists {
		key := ec2network.PrefixListKey(set.scope, id)
		set.named = append(set.named, key)
		put(all.listing, key, set)
	}
	f := securitygroup.Compile(groups, peers{all, tx, set.scope, set.vpc}, all.Mode == GroupsStrict)
	if !securitygroup.Equal(f, set.filter) {
		set.filter = f
	}
	set.open = f == nil
	set.read, set.compiled = true, true
}

// peers are what rules of an account and region name.
type peers struct {
	all   *Interfaces
	tx    *store.Tx
	scope arn.Scope
	vpc   string // of the interface
}

func (p peers) Members(group string) (list []netip.Addr) {
	for set := range p.all.having[ec2network.SecurityGroupKey(p.scope, group)] {
		for _, on := range set.interfaces {
			for i := range on {
				list = append(list, i.address)
			}
		}
	}
	return list
}

// PrefixList implements securitygroup.Peers. One that does not exist has no ranges, nor have AWS's own,
// whose services are not here.
func (p peers) PrefixList(id string) []netip.Prefix {
	if l := ec2network.PrefixLists.Find(p.tx, p.scope, id); l != nil {
		return l.IPv4()
	}
	return nil
}
