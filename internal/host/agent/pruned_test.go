package agent

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// pruning is an engine whose user removes containers before they start.
type pruning struct {
	*sim.Engine
	mu   sync.Mutex
	left int // how many
}

func (e *pruning) Start(ctx context.Context, id string) error {
	c, err := e.Inspect(ctx, id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil && !c.Sandbox && e.left > 0 {
		e.left--
		err = e.Remove(ctx, id)
	}
	if err != nil {
		return err
	}
	return e.Engine.Start(ctx, id)
}

// docker system prune removes what does not run yet.
func TestAContainerThatIsRemovedBeforeItRunsIsMadeAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &pruning{Engine: b.engine, left: 4}
		b.startOn(HostOptions{Engine: engine})
		id := b.run(container("web"), container("sidecar"))
		b.expect("status", b.task(id).Status.LastStatus, state.Running)
		b.expect("removals to come", engine.left, 0)
		all, err := b.engine.List(b.Context(), nil)
		if err != nil || len(all) != 3 {
			t.Errorf("there are %+v, %v; want a sandbox and two containers", all, err)
		}
	})
}

func TestAContainerThatIsAlwaysRemovedFailsItsTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.startOn(HostOptions{Engine: &pruning{Engine: b.engine, left: 1000}})
		task := b.task(b.run(container("web")))
		b.expect("status", task.Status.LastStatus, state.Stopped)
		b.expect("stop code", task.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		if reason := task.Status.Containers[0].Reason; !strings.HasPrefix(reason, "CannotStartContainerError: ") {
			t.Errorf("the container's reason is %q", reason)
		}
	})
}
