package agent

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A port is given back before the task that had it counts as stopped, however long the
// engine takes: who is placed for it then gets it.
func TestAPortIsTakenAsSoonAsItIsGivenBack(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.withFaults(
			fault.Rule{Call: fault.SetTraffic, DelayAnswer: 700 * time.Millisecond},
			ofInstance(fault.Rule{Call: fault.Remove, DelayAnswer: time.Second}),
		)
		for range 5 {
			id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
			for b.task(id).Status.LastStatus != state.Running {
				time.Sleep(50 * time.Millisecond)
				if stop := b.task(id).Stop; stop != nil {
					b.Fatalf("%+v %+v", stop, b.task(id).Status.Containers)
				}
			}
			b.expect("it answers", b.answers(instance, 8080), true)
			b.stopTask(id)
			for b.task(id).Status.LastStatus != state.Stopped {
				time.Sleep(50 * time.Millisecond)
			}
		}
	})
}

// A host-mode task that listens where a port leads elsewhere takes that from no container.
func TestAHostModePortDoesNotTakeABridgePort(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		m := b.agent.named[""].instances.Of(instance)
		c := server("web", types.PortMapping{ContainerPort: hostPort(8080).HostPort})
		if _, err := m.Bind("another task", "web", c.PortMappings, nil, netip.Addr{}); err != nil {
			b.Fatal(err)
		}
		if err := m.Leave(b.Context(), "another task"); err != nil {
			b.Fatal(err)
		}
		b.runAt(instance, types.NetworkModeBridge, server("another", hostPort(8081))) // the engine is told of all ports again
		b.expect("it answers", b.answers(instance, 8080), true)
	})
}
