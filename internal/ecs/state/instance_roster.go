package state

import (
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var instanceRosters = store.NewTable("instance-roster", func(r *InstanceRoster) string { return r.ClusterARN })

// InstanceRoster stands for the container instances of a cluster until one of them
// changes; state itself writes it. What is made of all of them is kept with it, as each
// placement asks for it and instances seldom change.
type InstanceRoster struct {
	ClusterARN string

	derived atomic.Pointer[any]
}

func FindInstanceRoster(tx *store.Tx, cluster *Cluster) *InstanceRoster {
	if r := instanceRosters.Get(tx, cluster.ARN); r != nil {
		return r
	}
	return &InstanceRoster{ClusterARN: cluster.ARN}
}

// Derived returns what derive makes of the container instances, which is made only once.
// It must not change from then on.
func (r *InstanceRoster) Derived(derive func() any) any {
	if known := r.derived.Load(); known != nil {
		return *known
	}
	made := derive()
	r.derived.Store(&made)
	return made
}

// changeRoster begins a new roster with the change of a container instance.
func changeRoster(tx *store.Tx, c *ContainerInstance) {
	instanceRosters.Put(tx, &InstanceRoster{ClusterARN: c.ClusterARN()})
}
