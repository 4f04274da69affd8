package agent

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/abandon"
)

func TestAbandonedTasksOfContainerInstances(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		bridge := b.runAt(instance, types.NetworkModeBridge, container("web"))
		hand := b.put(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{container("web")}}, types.LaunchTypeEc2,
			state.Placement{ContainerInstance: b.instance(), ByHand: true})
		b.stop()
		n, err := abandon.Tasks(b.store, b.clock.Now(), "gone", nil)
		b.expect("abandoned", n, 1)
		b.expect("error", err, nil)
		b.expect("network interface of a bridge task", b.task(bridge).Status.Attachment.Status, "")
		b.expect("a task that another agent runs", b.task(hand).Status.LastStatus, state.Pending)
		b.start()
	})
}

// TestWaitingTasksAreNoAgents: no agent starts a task that waits for a container instance, nor takes
// it for lost with its engine.
func TestWaitingTasksAreNoAgents(t *testing.T) {
	withAgent(t, func(b *bench) {
		waiting := b.put(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{container("web")}}, types.LaunchTypeEc2,
			state.Placement{CapacityProvider: "spare", Waiting: &state.Waiting{}})
		time.Sleep(time.Minute)
		b.expect("task", b.task(waiting).Status.LastStatus, state.Provisioning)
		b.stop()
		n, err := abandon.Tasks(b.store, b.clock.Now(), "gone", nil)
		b.expect("abandoned", n, 0)
		b.expect("error", err, nil)
		b.expect("task", b.task(waiting).Status.LastStatus, state.Provisioning)
		b.start()
	})
}
