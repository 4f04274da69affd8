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

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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

// NewPool is the container instances of a cluster as a transaction sees them.
func NewPool(tx *state.Tx, cluster *state.Cluster, chance Chance) *Pool {
	r := rosterOf(tx, cluster)
	return &Pool{tx: tx, cluster: cluster, chance: chance, roster: r, nodes: r.free(tx, cluster)}
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
	if p.fitting == nil {
		p.fitting = make([]int32, 0, len(p.nodes))
	}
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

// Suits reports whether tasks of a demand may be on a container instance, whatever is free of it.
func (p *Pool) Suits(instanceARN string, d *Demand) bool {
	i, found := p.find(instanceARN)
	return found && p.judged(i, p.plan(d)) == fits
}

func (p *Pool) find(instanceARN string) (i int, found bool) {
	i, found = p.roster.places()[instanceARN]
	return i, found
}
