package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// balance says what load balancers make of a task.
func (b *bench) balance(id string, change func(*state.TaskTraffic)) {
	b.Helper()
	if err := b.store.Update(func(tx *store.Tx) error {
		traffic := state.TaskTraffic{}
		if known := state.FindTask(tx, id).Traffic; known != nil {
			traffic = *known
		}
		change(&traffic)
		state.PutTaskTraffic(tx, id, traffic)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) registered(id string) {
	b.Helper()
	b.balance(id, func(t *state.TaskTraffic) { t.RegisteredAt = b.clock.Now() })
}

func (b *bench) deregistered(id string, delay time.Duration) {
	b.Helper()
	b.balance(id, func(t *state.TaskTraffic) {
		t.DeregisteredAt, t.DrainedAt = b.clock.Now(), b.clock.Now().Add(delay)
	})
}

func TestTaskWithTargetsIsRunningWhenTheyAreRegistered(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.balanced = true
		id := b.run(container("web"))
		b.expect("its containers run", b.task(id).Status.LastStatus, state.Activating)
		b.registered(id)
		b.expect("registered", b.task(id).Status.LastStatus, state.Running)
	})
}

func TestContainersGoOnUntilTheirTargetsHaveDrained(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.balanced = true
		id := b.run(container("web"))
		b.registered(id)
		b.stopTask(id)
		b.expect("before it is deregistered", b.task(id).Status.LastStatus, state.Deactivating)
		time.Sleep(time.Hour)
		synctest.Wait()
		b.expect("whenever that is", b.task(id).Status.Containers[0].Phase, state.ContainerRunning)

		b.balance(id, func(t *state.TaskTraffic) { t.DeregisteredAt = b.clock.Now() })
		time.Sleep(time.Hour)
		synctest.Wait()
		b.expect("until a load balancer sends it nothing more", b.task(id).Status.Containers[0].Phase, state.ContainerRunning)

		b.deregistered(id, 30*time.Second)
		time.Sleep(29 * time.Second)
		synctest.Wait()
		b.expect("while it drains", b.task(id).Status.Containers[0].Phase, state.ContainerRunning)
		b.stop() // another emulator goes on
		b.start()
		b.expect("after a restart", b.task(id).Status.Containers[0].Phase, state.ContainerRunning)
		time.Sleep(time.Second)
		synctest.Wait()
		b.expect("drained", b.task(id).Status.LastStatus, state.Stopped)
	})
}

func TestTaskThatEndsByItselfWaitsForNoTarget(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.balanced = true
		id := b.run(container("web", "sleep", "60"), container("sidecar"))
		b.registered(id)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("stopCode", b.task(id).Stop.Code, types.TaskStopCodeEssentialContainerExited)
	})
}

func TestTaskThatEndsWhileItDrainsWaitsNoLonger(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.balanced = true
		id := b.run(container("web", "sleep", "60"), container("sidecar"))
		b.registered(id)
		b.stopTask(id)
		b.deregistered(id, time.Hour)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("stopCode", b.task(id).Stop.Code, types.TaskStopCodeUserInitiated)
	})
}

func TestTaskThatIsStoppedBeforeItHasTargets(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.balanced = true
		b.engine.Disconnect(nil)
		waits := b.run(container("web"))
		b.stopTask(waits)
		b.engine.Reconnect()
		synctest.Wait()
		b.expect("one that has not begun", b.task(waits).Status.LastStatus, state.Stopped)

		activating := b.run(container("web"))
		b.stopTask(activating)
		b.expect("one whose containers run", b.task(activating).Status.LastStatus, state.Deactivating)
		b.deregistered(activating, 0)
		b.expect("when it is known to have none", b.task(activating).Status.LastStatus, state.Stopped)
	})
}
