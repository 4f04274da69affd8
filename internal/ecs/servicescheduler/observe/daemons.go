package observe

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ReserveDaemons takes of a cluster's container instances what the tasks that its DAEMON services lack
// will need. The engines are the ones that the instances are on.
func ReserveDaemons(tx *store.Tx, pool *placement.Pool, clusterARN string, engines *engineroom.Room) {
	for _, daemon := range state.DaemonServices(tx, clusterARN) {
		d := KeptDeployment(daemon)
		if d == nil {
			continue
		}
		if demand := demandOf(tx, daemon, &d.Generation, "", engines); demand != nil {
			pool.ReserveDaemons(demand)
		}
	}
}

// Matching are the instances that satisfy what the tasks of a generation ask for.
func (i *Instances) Matching(g *state.Generation) []*state.ContainerInstance {
	if i == nil {
		return nil
	}
	if demand := i.Demand(g); demand != nil {
		return i.Pool().Daemons(demand)
	}
	return nil
}

// InstanceState is how a container instance fares.
type InstanceState int

// Values of InstanceState.
const (
	InService      InstanceState = iota
	Unheard                      // its agent is not connected
	LeavingService               // it drains
	Gone
)

// InstanceOf is how the container instance of a task fares. On Fargate, each task is in service.
func (i *Instances) InstanceOf(t *state.Task) InstanceState {
	if i == nil {
		return InService
	}
	switch on := state.FindContainerInstance(i.tx, t.Placement.ContainerInstance); {
	case on == nil || on.Status == state.InstanceInactive:
		return Gone
	case on.Status == state.InstanceDraining:
		return LeavingService
	case !on.AgentConnected:
		return Unheard
	}
	return InService
}

// OnlyDaemons reports whether a container instance has no task but daemons, with those that are managed. These wait for all
// others, so that tasks of DAEMON services must not wait for them.
func (i *Instances) OnlyDaemons(instance string) bool {
	for _, t := range state.InstanceTasks(i.tx, instance) {
		if !state.OfDaemon(i.tx, t) {
			return false
		}
	}
	return true
}
