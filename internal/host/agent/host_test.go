package agent

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// Two hosts on one engine know nothing of each other: each has its own connection, its
// own containers, and its own leftovers.
func TestTwoHostsOnOneEngine(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		west, east := fault.New(b.engine, fault.Options{}), fault.New(b.engine, fault.Options{})
		hosts := []HostOptions{{Name: "west", Engine: west}, {Name: "east", Engine: east}}
		b.startOn(hosts...)
		inWest, inEast := b.runOn("west", container("web")), b.runOn("east", container("web"))
		b.expect("task in the west", b.task(inWest).Status.LastStatus, state.Running)
		b.expect("task in the east", b.task(inEast).Status.LastStatus, state.Running)

		// One is lost while the other works.
		west.Leave("a cable is out")
		waits, runs := b.runOn("west", container("web")), b.runOn("east", container("web"))
		b.expect("health in the west", b.agent.Health("west") != nil, true)
		b.expect("health in the east", b.agent.Health("east"), nil)
		b.expect("a new task in the west", b.task(waits).Status.LastStatus, state.Provisioning)
		b.expect("a new task in the east", b.task(runs).Status.LastStatus, state.Running)
		for _, id := range []string{inWest, inEast} {
			if err := b.engine.Crash(b.Context(), b.task(id).Status.Containers[0].EngineID); err != nil {
				b.Fatal(err)
			}
		}
		b.settleAfter(time.Second)
		b.expect("what crashed unseen", b.task(inWest).Status.LastStatus, state.Running)
		b.expect("what crashed and was seen", b.task(inEast).Status.LastStatus, state.Stopped)
		west.Return()
		b.settleAfter(time.Second)
		b.expect("what crashed unseen, later", b.task(inWest).Status.LastStatus, state.Stopped)
		b.expect("what waited", b.task(waits).Status.LastStatus, state.Running)

		// Each takes over its own and removes its own leftovers.
		b.stop()
		b.store.Update(func(tx *store.Tx) error {
			state.RemoveTask(tx, state.FindTask(tx, runs)) // the store has forgotten it
			return nil
		})
		b.startOn(hosts[:1]...)
		b.expect("leftovers of the east, seen from the west", b.running("east"), 1)
		b.expect("task in the west", b.task(waits).Status.LastStatus, state.Running)
		b.stop()
		b.startOn(hosts...)
		b.settleAfter(time.Second)
		b.expect("leftovers of the east", b.running("east"), 0)
		b.expect("containers in the west", b.running("west"), 1)
		b.stopTask(waits)
		b.expect("containers in the west after the end", b.running("west"), 0)
	})
}

func (b *bench) runOn(host string, containers ...types.ContainerDefinition) string {
	b.Helper()
	return b.place(types.TaskDefinition{ContainerDefinitions: containers}, host)
}

// running counts the containers that run on a host, without sandboxes.
func (b *bench) running(host string) (n int) {
	b.Helper()
	list, err := b.engine.List(b.Context(), map[string]string{enginename.LabelHost: host})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range list {
		if !c.Sandbox && c.State == backend.Running {
			n++
		}
	}
	return n
}
