// Package placement decides where a task goes, or says why nowhere. It is pure: RunTask
// must answer failures at once, so it calls the same functions as the service scheduler
// does.
//
//	pool := placement.NewPool(tx, cluster, chance)
//	place, misses := pool.Place(demand) // and the next one sees what this one took
//
// Fargate is a pool without instances that users see: Place spreads over subnets and
// capacity providers.
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
	roster  *roster
	nodes   []node // by ARN
	plans   map[*Demand]*plan
	groups  map[string]*groupTasks
	taken   map[int]*taken
	fitting []int32 // of the attempt going on
}

// node is a container instance with what is free of it. It is small, because a pool has
// ten thousand of them.
type node struct {
	instance    *state.ContainerInstance
	usage       *state.InstanceUsage // as the transaction found it
	cpu, memory int32
	enis, gpus  int16
	kind        kind
}

// kind is as much of an instance's row as each attempt asks for.
type kind uint8

const (
	other     kind = iota // not ACTIVE
	onEC2                 // takes tasks of the launch type EC2
	onPremise             // of EXTERNAL
)

// taken is what has been placed on an instance since the transaction found it, of that
// which is not a number.
type taken struct {
	ports, portsUDP []uint16
	gpus            []string
}

// NewPool is the container instances of a cluster as a transaction sees them.
func NewPool(tx *state.Tx, cluster *state.Cluster, chance Chance) *Pool {
	r := rosterOf(tx, cluster)
	p := &Pool{tx: tx, cluster: cluster, chance: chance, roster: r, nodes: slices.Clone(r.nodes)}
	i := 0
	for usage := range tx.InstanceUsages(cluster) { // each instance has one, in the same order
		n := &p.nodes[i]
		n.usage = usage
		n.cpu -= int32(usage.CPU)
		n.memory -= int32(usage.Memory)
		n.enis -= int16(usage.ENIs)
		n.gpus -= int16(len(usage.GPUs))
		i++
	}
	return p
}

func kindOf(c *state.ContainerInstance) kind {
	switch {
	case c.Status != state.InstanceActive:
		return other
	case c.LaunchType == types.LaunchTypeExternal:
		return onPremise
	}
	return onEC2
}

// kindFor is that of the instances which take tasks of a launch type.
func kindFor(launchType types.LaunchType) kind {
	if launchType == types.LaunchTypeExternal {
		return onPremise
	}
	return onEC2
}

// NoContainerInstances is what ECS says when a cluster has nothing to place an EC2 or
// EXTERNAL task on (ECS0160). Source: field reports of RunTask and service events.
const NoContainerInstances = "No Container Instances were found in your cluster."

// Has reports whether the cluster has ACTIVE container instances for tasks of a launch
// type. If not, ECS refuses to place any: see NoContainerInstances.
func (p *Pool) Has(launchType types.LaunchType) bool {
	wanted := kindFor(launchType)
	return slices.ContainsFunc(p.nodes, func(n node) bool { return n.kind == wanted })
}

// Place decides where a task goes and takes what it asks for. If there is no place for it,
// misses has a reason for each ACTIVE container instance of its launch type, and place is
// zero.
func (p *Pool) Place(d *Demand) (place state.Placement, misses []Miss) {
	plan := p.plan(d)
	if chosen, found := p.choose(plan); found {
		return p.take(int(chosen), plan), nil
	}
	for i := range p.nodes {
		if v := p.examine(i, plan); v != skipped {
			misses = append(misses, Miss{p.nodes[i].instance, v.reason()})
		}
	}
	return state.Placement{}, misses
}

// maxTries is after how many instances that turn out to be unsuitable all are judged. In
// most clusters all instances suit a task, so that one look is enough.
const maxTries = 4

// choose picks one of the best instances. Attributes and constraints are looked at last,
// and only of those that are picked: it costs more to judge an instance by them than to
// find the best by all else. One that does not suit is left out, and the best of the
// others are sought; so the choice is the same as if all had been judged before.
func (p *Pool) choose(pl *plan) (chosen int32, found bool) {
	for tries := 0; ; {
		all := tries >= maxTries
		p.fitting = p.fitting[:0]
		for i := range p.nodes {
			if p.mayFit(i, pl) && (!all || p.examine(i, pl) == fits) {
				p.fitting = append(p.fitting, int32(i))
			}
		}
		if len(p.fitting) == 0 {
			return 0, false
		}
		best := p.narrow(pl, p.fitting)
		for ; len(best) > 0 && (all || tries < maxTries); tries++ {
			k := p.chance(len(best))
			if all || p.examine(int(best[k]), pl) == fits {
				return best[k], true
			}
			best[k] = best[len(best)-1]
			best = best[:len(best)-1]
		}
	}
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
	n.cpu -= int32(r.CPU)
	n.memory -= int32(r.Memory)
	if r.ENI {
		n.enis--
	}
	if r.GPUs > 0 || len(r.Ports)+len(r.PortsUDP) > 0 {
		t := p.takenOf(i)
		place.GPUs = p.freeGPUs(i)[:r.GPUs:r.GPUs]
		n.gpus -= int16(r.GPUs)
		t.gpus = append(t.gpus, place.GPUs...)
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

func (p *Pool) find(instanceARN string) (i int, found bool) {
	return slices.BinarySearchFunc(p.nodes, instanceARN, func(n node, arn string) int {
		return strings.Compare(n.instance.ARN, arn)
	})
}
