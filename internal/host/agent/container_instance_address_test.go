package agent

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// addressOf is the address of a task's container.
func (b *bench) addressOf(task string, container int) netip.Addr {
	b.Helper()
	seen, err := b.engine.Inspect(b.Context(), b.task(task).Status.Containers[container].EngineID)
	if err != nil {
		b.Fatal(err)
	}
	return seen.IP
}

// A container that has ended gives its address back, and the next one that has that is not
// reached by the ports of the first.
func TestThePortsOfAnEndedContainerLeadToNoOther(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		sidecar := server("sidecar", hostPort(8080))
		sidecar.Essential = aws.Bool(false)
		task := b.runAt(instance, types.NetworkModeBridge, container("app", "sleep", "36000"), sidecar)
		b.expect("the sidecar answers", b.answers(instance, 8080), true)
		address := b.addressOf(task, 1)
		if err := b.engine.Crash(b.Context(), b.task(task).Status.Containers[1].EngineID); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		b.expect("the task", b.task(task).Status.LastStatus, state.Running)
		for range 60 {
			other := b.runAt(instance, types.NetworkModeBridge, server("web"))
			if b.expect("another task", b.task(other).Status.LastStatus, state.Running); b.Failed() {
				return
			}
			if b.addressOf(other, 0) == address {
				b.expect("another container answers at the port of the one that has ended", b.answers(instance, 8080), false)
				return
			}
		}
		b.Error("the address was not given again")
	})
}

// Another container may have the address of a container by the time that it starts again.
func TestAContainerRestartsWhoseAddressIsGone(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		c := server("web", hostPort(8080))
		c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		task := b.runAt(instance, types.NetworkModeBridge, c)
		before, address := b.task(task).Status.Containers[0], b.addressOf(task, 0)
		time.Sleep(2 * time.Minute)
		b.withFaults(fault.Rule{Call: fault.Start, Labels: map[string]string{containerlabel.Task: task}, Delay: time.Minute, Times: 1})
		if err := b.engine.Crash(b.Context(), before.EngineID); err != nil {
			b.Fatal(err)
		}
		pass(time.Second)
		var others []string
		for n, got := 0, (netip.Addr{}); got != address; n++ {
			id, err := b.engine.Create(b.Context(), backend.ContainerSpec{
				Name: "other" + string(rune('A'+n)), Image: "app", Sandbox: b.task(task).Status.SandboxID, Network: b.agent.named[""].instances.Bridge(instance).Name,
			})
			if err != nil {
				b.Fatal(err)
			}
			seen, err := b.engine.Inspect(b.Context(), id)
			if err != nil {
				b.Fatal(err)
			}
			if got = seen.IP; got != address {
				others = append(others, id)
			}
		}
		for _, id := range others {
			if err := b.engine.Remove(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
		pass(2 * time.Minute)
		after := b.task(task)
		b.expect("the task", after.Status.LastStatus, state.Running)
		if stop := after.Stop; stop != nil {
			b.Errorf("it is to stop: %+v, %s", stop, after.Status.Containers[0].Reason)
		}
		b.expect("restarts", after.Status.Containers[0].Restarts, 1)
		b.expect("bindings", after.Status.Containers[0].Bindings, before.Bindings)
	})
}
