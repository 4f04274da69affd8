package agent

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// withUnplugged has an agent run on an engine where a user takes sandboxes off their network.
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
func TestAContainerInstanceThatLosesItsNetwork(t *testing.T) {
	withUnplugged(t, func(b *bench, engine *unplugged) {
		instance := b.instance()
		first := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		before := b.instances()[0]
		engine.unplugAloud(before.ID)
		b.expect("the task", b.task(first).Status.LastStatus, state.Stopped)
		second := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.expect("the next task", b.task(second).Status.LastStatus, state.Running)
		b.expect("container instances", len(b.instances()), 1)
		b.expect("it is another one", b.instances()[0].ID != before.ID, true)
		b.expect("answers", b.answers(instance, 8080), true)
	})
}

// unplugged is an engine where a user takes a sandbox off its network.
type unplugged struct {
	*sim.Engine
	mu      sync.Mutex
	sandbox string
	tell    func(backend.Event)
}

func (u *unplugged) unplug(sandbox string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sandbox = sandbox
}

// unplugAloud has the engine tell of it.
func (u *unplugged) unplugAloud(sandbox string) {
	u.unplug(sandbox)
	u.tell(backend.Event{Kind: backend.NetworkLost, ContainerID: sandbox, Time: time.Now()})
	synctest.Wait()
}

func (u *unplugged) Watch(ctx context.Context, labels map[string]string, fn func(backend.Event)) error {
	u.tell = fn
	return u.Engine.Watch(ctx, labels, fn)
}

func (u *unplugged) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	list, err := u.Engine.List(ctx, labels)
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range list {
		if list[i].ID == u.sandbox {
			list[i].IP = netip.Addr{}
		}
	}
	return list, err
}

func (u *unplugged) Inspect(ctx context.Context, id string) (backend.Container, error) {
	seen, err := u.Engine.Inspect(ctx, id)
	u.mu.Lock()
	defer u.mu.Unlock()
	if id == u.sandbox {
		seen.IP = netip.Addr{}
	}
	return seen, err
}
