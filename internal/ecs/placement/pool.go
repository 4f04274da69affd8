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

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pool is the container instances of a cluster with what is free of them. It is for one
// transaction: what it places it takes.
type Pool struct {
	tx      *store.Tx
	cluster *state.Cluster
	chance  Chance
	roster  *roster
	nodes   []node // by ARN
	plans   map[*Demand]*plan
	groups  map[string]*groupTasks
	taken   map[int]*taken
	fitting []int32           // of the attempt going on
	homes   map[string]string // the engines of file systems, since the pool has placed a task that mounts one
}

// NewPool is the container instances of a cluster as a transaction sees them.
func NewPool(tx *store.Tx, cluster *state.Cluster, chance Chance) *Pool {
	r := rosterOf(tx, cluster)
	return &Pool{tx: tx, cluster: cluster, chance: chance, roster: r, nodes: r.free(tx, cluster)}
}

// NoContainerInstances is what ECS says when a cluster has nothing to place an EC2 or
// EXTERNAL task on (ECS0160). Source: field reports of RunTask and service events.
const NoContainerInstances = "No Container Instances were found in your cluster."

// NoProviderInstances is what it says when a capacity provider without managed scaling has none.
// Source: as above.
const NoProviderInstances = "No Container Instances were found in your capacity provider."

// Has reports whether the cluster has ACTIVE container instances for tasks of a launch
// type, of a capacity provider if one is named. If not, ECS refuses to place any: see
// NoContainerInstances and NoProviderInstances.
func (p *Pool) Has(launchType types.LaunchType, provider string) bool {
	wanted := kindFor(launchType)
	return slices.ContainsFunc(p.nodes, func(n node) bool {
		return n.kind == wanted && (provider == "" || n.instance.CapacityProvider == provider)
	})
}

// Suits reports whether tasks of a demand may be on a container instance, also if nothing of it is free.
func (p *Pool) Suits(instanceARN string, d *Demand) bool {
	i, found := p.find(instanceARN)
	return found && p.judged(i, p.plan(d)) == fits
}

func (p *Pool) find(instanceARN string) (i int, found bool) {
	i, found = p.roster.places()[instanceARN]
	return i, found
}
