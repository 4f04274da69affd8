package agent

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Whoever asks for a load balancer is told at once that somebody has taken it off its network.
func TestTheEngineTellsThatALoadBalancerHasLostItsNetwork(t *testing.T) {
	withLoadBalancers(t, func(b *newsBench) {
		b.stop()
		engine := &unplugged{Engine: b.engine}
		b.restartOn(engine)
		row := b.loadBalancer()
		address := b.up(row)
		before, _ := b.parts(row)
		b.told()
		engine.unplugAloud(before.ID)
		if told := b.told(); !slices.Equal(told, []string{row.ARN}) {
			t.Errorf("told of %q", told)
		}
		row.Addresses = map[string]string{row.Zones[0].Subnet: address.String()}
		if again := b.up(row); again != address {
			t.Errorf("it is at %s, and was at %s", again, address)
		}
		if after, container := b.parts(row); after.ID == before.ID || container.SandboxID != after.ID {
			t.Errorf("it is %+v in %+v", container, after)
		}
	})
}

// withUnplugged has an agent run on an engine where somebody takes sandboxes off their network.
func withUnplugged(t *testing.T, story func(b *bench, engine *unplugged)) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &unplugged{Engine: b.engine}
		b.startOn(HostOptions{Engine: engine})
		story(b, engine)
	})
}

// Without its network a task is as it is without its sandbox.
func TestATaskThatLosesItsNetworkEnds(t *testing.T) {
	withUnplugged(t, func(b *bench, engine *unplugged) {
		id := b.run(container("web"))
		b.expect("before", b.task(id).Status.LastStatus, state.Running)
		engine.unplugAloud(b.task(id).Status.SandboxID)
		b.expect("after", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("why", b.task(id).Stop.Code, types.TaskStopCodeEssentialContainerExited)
	})
}

// The engine need not tell: the next look at it does.
func TestATaskWithoutNetworkIsFound(t *testing.T) {
	withUnplugged(t, func(b *bench, engine *unplugged) {
		id := b.run(container("web"))
		engine.unplug(b.task(id).Status.SandboxID)
		engine.tell(backend.Event{Kind: backend.Resync})
		synctest.Wait()
		b.expect("after", b.task(id).Status.LastStatus, state.Stopped)
	})
}

// A container instance ends with all that have their network from it, and gets another one with
// the next of them. Those that have their own go on.
func TestAMachineThatLosesItsNetwork(t *testing.T) {
	withUnplugged(t, func(b *bench, engine *unplugged) {
		instance := b.instance()
		first := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		before := b.machines()[0]
		engine.unplugAloud(before.ID)
		b.expect("the task", b.task(first).Status.LastStatus, state.Stopped)
		second := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.expect("the next task", b.task(second).Status.LastStatus, state.Running)
		b.expect("machines", len(b.machines()), 1)
		b.expect("it is another one", b.machines()[0].ID != before.ID, true)
		b.expect("answers", b.answers(instance, 8080), true)
	})
}
