package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// switchOff is what ECS learns when EC2 has stopped the instance: its agent is gone, and
// its tasks are to end.
func (b *bench) switchOff(instance string) {
	b.Helper()
	err := b.store.Update(func(tx *store.Tx) error {
		c := *state.FindContainerInstance(tx, instance)
		c.AgentConnected = false
		state.PutContainerInstance(tx, &c, b.clock.Now())
		for _, t := range state.InstanceTasks(tx, instance) {
			state.StopTask(tx, t.ARN, state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: "Host EC2 (instance i-1) stopped.", At: b.clock.Now()})
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// bridges are the networks of container instances on the engine.
func (b *bench) bridges() (names []string) {
	b.Helper()
	list, err := b.engine.Networks(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range list {
		if n.Labels[containerinstance.Label] != "" {
			names = append(names, n.Name)
		}
	}
	return names
}

// expectMachines wants as many sandboxes of container instances on the engine, with their
// networks.
func (b *bench) expectInstances(when string, n int) {
	b.Helper()
	b.expect("container instances and networks "+when, []int{len(b.instances()), len(b.bridges())}, []int{n, n})
}

func TestAContainerInstanceIsGoneWhileItIsSwitchedOff(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.runAt(instance, types.NetworkModeHost, server("web", hostPort(80)))
		for _, round := range []string{"once", "again"} {
			b.expectInstances("while it runs, "+round, 1)
			b.switchOff(instance)
			b.expectInstances("when it is switched off, "+round, 0)
			left, _ := b.engine.List(b.Context(), nil)
			b.expect("output is left, "+round, len(left) > 0, true)

			b.connect(instance, true)
			b.expectInstances("before a task, "+round, 0)
			id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
			b.expect("a task, "+round, b.task(id).Status.LastStatus, state.Running)
			b.expect("it answers, "+round, b.answers(instance, 8080), true)
		}
	})
}

func TestAContainerInstanceStaysWhileItDrains(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		c := *state.FindContainerInstance(b.store.Read(), instance)
		c.Status = state.InstanceDraining
		b.putInstance(&c)
		b.stopTask(id)
		b.expectInstances("when it has drained", 1)
		b.deregister(instance)
		b.expectInstances("when it is deregistered", 0)
	})
}

// An engine may not let go of a network at once.
func TestARemovalThatFailsIsTriedAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		id := b.runAt(instance, types.NetworkModeHost, container("web"))
		b.withFaults(fault.Rule{Call: fault.Remove, Sandbox: containers, Error: "has active endpoints", Times: 5})
		b.deregister(instance)
		b.stopTask(id)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		b.expect("networks after 30 seconds", len(b.bridges()), 1)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		b.expect("networks after 1, 2, 4, 8 and 16 seconds", len(b.bridges()), 0)
		b.expect("container instances that the agent knows", len(b.agent.named[""].instances.Known()), 0)
	})
}

// A task that comes while a removal is tried has the container instance stay.
func TestATaskComesDuringTheRemovalOfItsContainerInstance(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"its sandbox stays":   {Call: fault.Remove, Sandbox: sandboxes, Labels: map[string]string{containerinstance.Label: "*"}, Error: "busy"},
		"its network stays":   {Call: fault.Remove, Sandbox: containers, Error: "has active endpoints"},
		"its sandbox is slow": {Call: fault.Remove, Sandbox: sandboxes, Labels: map[string]string{containerinstance.Label: "*"}, Delay: 3 * time.Second},
		"the answer is lost":  {Call: fault.Remove, Sandbox: sandboxes, Labels: map[string]string{containerinstance.Label: "*"}, LoseAnswer: true, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				instance := b.instance()
				b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
				b.withFaults(rule)
				b.switchOff(instance)
				b.connect(instance, true)
				id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
				time.Sleep(time.Minute)
				synctest.Wait()
				b.expect("the task", b.task(id).Status.LastStatus, state.Running)
				b.expect("it answers", b.answers(instance, 8080), true)
				b.expectInstances("for it", 1)

				b.faults.RemoveRule("1")
				b.switchOff(instance)
				time.Sleep(time.Minute)
				synctest.Wait()
				b.expectInstances("in the end", 0)
			})
		})
	}
}

// Looks at the engine do not have a removal that fails tried more often.
func TestARemovalIsTriedByOneTimer(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeHost, container("web"))
		b.withFaults(fault.Rule{Call: fault.Remove, Sandbox: containers, Error: "has active endpoints"})
		b.switchOff(instance)
		for range 20 {
			b.resync()
			synctest.Wait()
		}
		before := b.faults.Rules()[0].Used
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if tries := b.faults.Rules()[0].Used - before; tries < 9 || tries > 12 {
			t.Errorf("%d tries in ten minutes; want one each minute", tries)
		}
	})
}
