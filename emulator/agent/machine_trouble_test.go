package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// One that could not be made is made anew by the next task.
func TestAMachineIsMadeAfterItCouldNotBe(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		first := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.withFaults(
			fault.Rule{Call: fault.SetTraffic, Error: "no nftables", Times: 2},
			fault.Rule{Call: fault.CreateSandbox, Error: "no space left", Times: 1},
		)
		if err := b.engine.Stop(b.Context(), b.machines()[0].ID, 0); err != nil {
			b.Fatal(err)
		}
		second := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("second", b.task(second).Status.LastStatus, state.Stopped)
		b.expect("first", b.task(first).Status.LastStatus, state.Stopped)
		third := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("third", b.task(third).Status.LastStatus, state.Running)
		b.expect("answers", b.answers(instance, 8081), true)
		b.expect("machines", len(b.machines()), 1)
	})
}

// An emulator may be killed when the sandbox of a machine runs, but does not lead anywhere
// yet. The start is completed.
func TestTheStartOfAnAdoptedMachineIsCompleted(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.runAt(b.instance(), types.NetworkModeBridge, server("web", hostPort(8080)))
		starts := 0
		b.restartWith(&hooks{startSandbox: func(context.Context) error { starts++; return nil }})
		b.expect("starts after the next start of the emulator", starts, 1)
	})
}

// Somebody may remove the network of a machine that has no task there.
func TestTheBridgeOfAMachineIsGone(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		own := b.runAt(instance, types.NetworkModeAwsvpc, container("web"))
		gone := &backend.NotFoundError{Kind: backend.KindNetwork, Err: errors.New("network not found")}
		b.restartWith(&hooks{create: once(gone)})
		id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		b.expect("it answers", b.answers(instance, 8080), true)
		b.expect("what has a network of its own", b.task(own).Status.LastStatus, state.Running)
		b.expect("lives of the machine's sandbox", b.agent.hosts[""].machine(instance).where().life, 2)
	})
}
