package placement

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Pool is the container instances of a cluster with what is free of them. It is for one
// transaction: what it places it takes.
type Pool struct {
	tx      *state.Tx
	cluster *state.Cluster
	chance  Chance
	nodes   []node // by ARN
	plans   map[*Demand]*plan
	groups  map[string]*groupTasks
	fitting []int32 // of the attempt going on
}

// node is a container instance with what is free of it.
type node struct {
	instance                *state.ContainerInstance
	usage                   *state.InstanceUsage // as the transaction found it
	cpu, memory, enis, gpus int
	taken                   *taken // nil: nothing of the following
}

// taken is what has been placed on an instance since the transaction found it.
type taken struct {
	ports, portsUDP []uint16
	gpus            []string
}

// NewPool is the container instances of a cluster as a transaction sees them.
func NewPool(tx *state.Tx, cluster *state.Cluster, chance Chance) *Pool {
	instances, usages := tx.ContainerInstances(cluster), tx.InstanceUsages(cluster)
	p := &Pool{
		tx: tx, cluster: cluster, chance: chance, nodes: make([]node, len(instances)),
		plans: map[*Demand]*plan{}, groups: map[string]*groupTasks{},
	}
	for i, instance := range instances {
		for usages[0].ARN != instance.ARN {
			usages = usages[1:]
		}
		usage, has := usages[0], &instance.Registered
		p.nodes[i] = node{
			instance: instance, usage: usage, cpu: has.CPU - usage.CPU, memory: has.Memory - usage.Memory,
			enis: has.ENIs - usage.ENIs, gpus: len(has.GPUs) - len(usage.GPUs),
		}
	}
	return p
}

// Has reports whether the cluster has ACTIVE container instances for tasks of a launch
// type. If not, ECS refuses to place any: see NoContainerInstances.
func (p *Pool) Has(launchType types.LaunchType) bool {
	return slices.ContainsFunc(p.nodes, func(n node) bool { return n.takes(launchType) })
}

// takes reports whether tasks of a launch type may be placed on an instance.
func (n *node) takes(launchType types.LaunchType) bool {
	return n.instance.Status == state.InstanceActive && n.instance.LaunchType == launchType
}

// Place decides where a task goes and takes what it asks for. If there is no place for it,
// misses has a reason for each ACTIVE container instance of its launch type, and place is
// zero.
func (p *Pool) Place(d *Demand) (place state.Placement, misses []Miss) {
	plan := p.plan(d)
	p.fitting = p.fitting[:0]
	for i := range p.nodes {
		if p.examine(i, plan) == fits {
			p.fitting = append(p.fitting, int32(i))
		}
	}
	if len(p.fitting) == 0 {
		return state.Placement{}, p.misses(plan)
	}
	chosen := p.narrow(plan, p.fitting)
	return p.take(int(chosen[p.chance(len(chosen))]), plan), nil
}

// PlaceOn places a task on one container instance, or says why it has no place there.
func (p *Pool) PlaceOn(instanceARN string, d *Demand) (place state.Placement, reason string) {
	i, found := p.find(instanceARN)
	switch {
	case !found:
		return state.Placement{}, Missing
	case p.nodes[i].instance.Status != state.InstanceActive:
		return state.Placement{}, Inactive
	}
	plan := p.plan(d)
	if v := p.examine(i, plan); v != fits {
		return state.Placement{}, v.reason()
	}
	return p.take(i, plan), ""
}

// Daemons returns the container instances that shall have one task of a DAEMON service,
// whatever is free of them.
func (p *Pool) Daemons(d *Demand) []*state.ContainerInstance {
	plan := p.plan(d)
	var list []*state.ContainerInstance
	for i := range p.nodes {
		if plan.fixed[i] == fits && p.groupsSatisfy(i, plan) {
			list = append(list, p.nodes[i].instance)
		}
	}
	return list
}

func (p *Pool) misses(plan *plan) (misses []Miss) {
	for i := range p.nodes {
		if v := p.examine(i, plan); v != skipped {
			misses = append(misses, Miss{p.nodes[i].instance, v.reason()})
		}
	}
	return misses
}

// take takes what a demand asks for of an instance on which it fits.
func (p *Pool) take(i int, plan *plan) state.Placement {
	n := &p.nodes[i]
	place := state.Placement{ContainerInstance: n.instance.ARN, ByHand: n.instance.ByHand, Zone: n.instance.Zone}
	if subnet := plan.subnetOf(n.instance); subnet != nil {
		place.SubnetID, place.Zone = subnet.ID, subnet.Zone
	}
	plan.group.add(i)
	r := plan.demand.Reserved
	if r == nil {
		return place
	}
	n.cpu -= r.CPU
	n.memory -= r.Memory
	if r.ENI {
		n.enis--
	}
	if r.GPUs > 0 || len(r.Ports)+len(r.PortsUDP) > 0 {
		if n.taken == nil {
			n.taken = &taken{}
		}
		place.GPUs = n.freeGPUs()[:r.GPUs:r.GPUs]
		n.gpus -= r.GPUs
		n.taken.gpus = append(n.taken.gpus, place.GPUs...)
		n.taken.ports = append(n.taken.ports, r.Ports...)
		n.taken.portsUDP = append(n.taken.portsUDP, r.PortsUDP...)
	}
	return place
}

func (n *node) freeGPUs() []string {
	return slices.DeleteFunc(slices.Clone(n.instance.Registered.GPUs), func(id string) bool {
		return slices.Contains(n.usage.GPUs, id) || slices.Contains(n.taken.gpus, id)
	})
}

func (p *Pool) find(instanceARN string) (i int, found bool) {
	return slices.BinarySearchFunc(p.nodes, instanceARN, func(n node, arn string) int {
		return strings.Compare(n.instance.ARN, arn)
	})
}
