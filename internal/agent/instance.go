package agent

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// cutFromStore reports whether a task's container instance has lost its connection to ECS:
// its containers go on, but ECS learns nothing and the agent hears of no stop until it is
// back. That a host was stopped or terminated ECS knows from elsewhere.
// Source: ECS developer guide, container instance state events.
func (h *host) cutFromStore(t *state.Task, stop *state.Stop) bool {
	if t.Placement.ContainerInstance == "" || stop != nil && stop.Code == types.TaskStopCodeTerminationNotice {
		return false
	}
	row := state.FindContainerInstance(h.agent.Store.Read(), t.Placement.ContainerInstance)
	return row != nil && row.Status != state.InstanceInactive && !row.AgentConnected
}

// followInstances wakes what a change of a container instance concerns.
func (a *Agent) followInstances(ctx context.Context) error {
	for {
		instance, err := a.instances.Next(ctx)
		if err != nil {
			return err
		}
		a.instanceChanged(instance)
		a.instances.Done(instance)
	}
}

func (a *Agent) instanceChanged(instance string) {
	tx := a.Store.Read()
	for _, t := range state.InstanceTasks(tx, instance) {
		a.watch.Wake(t.ARN) // what waited for the connection goes on
	}
	if h := a.hosts[instanceHost]; h != nil {
		h.reap(instance)
	}
}

// instanceHost is the host whose engine has the container instances.
const instanceHost = ""
