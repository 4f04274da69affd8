package ec2

import (
	"iter"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// reservedAddresses is how many addresses of a subnet AWS reserves.
// Source: VPC user guide, subnet sizing.
const reservedAddresses = 5

// Room is how many addresses the subnets have left in a transaction. A caller that launches
// several times in one needs one Room for all: Launch takes from it.
type Room struct {
	tx    *store.Tx
	tasks iter.Seq[ec2network.TaskInterface]
	used  map[string]int // see roomOf; nil: not counted yet
	// outages take the room of subnets.
	outages *outage.View
	engines *engineroom.Room // nil: one without a name
}

// RoomIn costs nothing before the first question. Of the network interfaces of tasks, which take
// addresses as well, package state knows: state.TaskInterfaces(tx).
func RoomIn(tx *store.Tx, tasks iter.Seq[ec2network.TaskInterface]) *Room {
	return &Room{tx: tx, tasks: tasks}
}

// Without has what is out of order have no room.
func (r *Room) Without(outages *outage.View) *Room {
	r.outages = outages
	return r
}

// On has instances be on one of several engines; nil is one without a name.
func (r *Room) On(engines *engineroom.View) *Room {
	var loads map[string]engineroom.Load
	r.engines = engines.ForInstances(r.tx, func(engine string) engineroom.Load {
		if loads == nil {
			loads = instanceLoads(r.tx)
		}
		return loads[engine]
	})
	return r
}

// instanceLoads is what instances have of each engine until they shall be terminated.
func instanceLoads(tx *store.Tx) map[string]engineroom.Load {
	loads := map[string]engineroom.Load{}
	for _, i := range AllInstances(tx) {
		if t := FindInstanceType(tx, i.Type); t != nil && i.Wanted != types.InstanceStateNameTerminated {
			load := loads[i.Host]
			loads[i.Host] = engineroom.Load{Tasks: load.Tasks + 1, CPU: load.CPU + t.CPU(), Memory: load.Memory + t.MemoryMiB}
		}
	}
	return loads
}

// engineFor chooses the engine of an instance: the one that its tag names, or the one that has most to spare.
func (r *Room) engineFor(spec *Spec) (string, error) {
	ask := engineroom.Ask{Engine: spec.Tags[engineroom.Tag]}
	if t := FindInstanceType(r.tx, spec.Type); t != nil {
		ask.Architecture, ask.CPU, ask.Memory = t.Architecture, t.CPU(), t.MemoryMiB
	}
	engine, lack := r.engines.PlaceInstance(ask)
	switch {
	case lack == nil:
		return engine, nil
	case ask.Engine != "":
		return "", refuse("InvalidParameterValue", "%s.", lack.Reason)
	}
	return "", refuse("InsufficientInstanceCapacity", "%s.", lack.Reason)
}

// Lack is the outage that a subnet has no room for, or nil.
func (r *Room) Lack(s *ec2network.Subnet) *outage.Outage {
	if o := r.outages.Down(s.Zone); o != nil {
		return o
	}
	return r.outages.Full(s.ID, s.Zone)
}

// Refusal is why instances do not fit into a subnet. Source: EC2 user guide, insufficient instance
// capacity; field reports.
func (r *Room) Refusal(s *ec2network.Subnet) error {
	if r.outages.Down(s.Zone) == nil {
		return NoRoom(s)
	}
	return refuse("InsufficientInstanceCapacity", "We currently do not have sufficient capacity in the Availability Zone you requested (%s). Our system will be working on provisioning additional capacity.", s.Zone)
}

// Free is how many addresses a subnet has left.
func (r *Room) Free(s *ec2network.Subnet) int {
	if r.used == nil {
		r.count()
	}
	if r.Lack(s) != nil {
		return 0
	}
	return max(0, 1<<(32-s.CIDR(ec2network.NetworkCIDR(r.tx)).Bits())-reservedAddresses-r.used[roomOf(s)])
}

// roomOf is what subnets have in common that share their addresses: one's own have theirs
// for themselves.
func roomOf(s *ec2network.Subnet) string {
	if s.Range != "" {
		return s.ID
	}
	return strconv.Itoa(s.Block)
}

// count goes over all accounts and regions: their default VPCs share one network.
func (r *Room) count() {
	type place struct {
		scope  arn.Scope
		subnet string
	}
	subnets := map[place]int{}
	for _, i := range AllInstances(r.tx) {
		if i.Reached != types.InstanceStateNameTerminated {
			subnets[place{i.Scope, i.Subnet}]++
		}
	}
	for n := range r.tasks {
		subnets[place{n.Scope, n.Subnet}]++
	}
	for _, n := range allOwnedInterfaces(r.tx) {
		subnets[place{n.Scope, n.Subnet}] += len(n.PrivateIPs)
	}
	r.used = map[string]int{}
	for at, n := range subnets {
		if s := ec2network.FindSubnet(r.tx, at.scope, at.subnet); s != nil {
			r.used[roomOf(s)] += n
		}
	}
}

// NoRoom is why instances do not fit into a subnet. Source: field reports.
func NoRoom(s *ec2network.Subnet) error {
	return refuse("InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet '%s' to satisfy the requested number of instances.", s.ID)
}
