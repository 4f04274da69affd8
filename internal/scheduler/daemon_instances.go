package scheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// ReserveDaemons takes of a cluster's container instances what the tasks that its DAEMON services lack
// will need.
func ReserveDaemons(tx *state.Tx, pool *placement.Pool, clusterARN string) {
	for _, daemon := range state.DaemonServices(tx, clusterARN) {
		d := keptDeployment(daemon)
		if d == nil {
			continue
		}
		if demand := demandOf(tx, daemon, d, ""); demand != nil {
			pool.ReserveDaemons(demand)
		}
	}
}

// instanceState is that of a container instance.
type instanceState int

const (
	inService      instanceState = iota
	unheard                      // its agent is not connected
	leavingService               // it drains
	gone
)

// instanceOf is how the container instance of a task fares. On Fargate, each task is in service.
func (i *Instances) instanceOf(t *state.Task) instanceState {
	if i == nil {
		return inService
	}
	switch on := state.FindContainerInstance(i.tx, t.Placement.ContainerInstance); {
	case on == nil || on.Status == state.InstanceInactive:
		return gone
	case on.Status == state.InstanceDraining:
		return leavingService
	case !on.AgentConnected:
		return unheard
	}
	return inService
}
