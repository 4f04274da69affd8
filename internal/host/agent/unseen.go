package agent

import (
	"context"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// unseenPause is how soon the agent looks again when the engine has told nothing about a
// container. Until then that goes on as it is, with the events that come.
const unseenPause = 30 * time.Second

// noteUnseen takes note of the containers of which the engine tells nothing, and comes back for
// them. The resync that is under way calls it. A sandbox that was warm has no label with its task.
func (h *host) noteUnseen(ctx context.Context, rows []*state.Task, listed []backend.Container) {
	unseen := map[string]bool{}
	for _, c := range listed {
		if c.State != backend.Unseen {
			continue
		}
		task := c.Labels[containerlabel.Task]
		if i := slices.IndexFunc(rows, func(t *state.Task) bool { return t.Status.SandboxID == c.ID }); i >= 0 {
			task = rows[i].ARN
		}
		if unseen[c.Name] = true; !h.unseen[c.Name] {
			h.agent.Log.Warn("the engine does not answer about a container: its task or instance stays as it is",
				"container", c.Name, "task", task, "containerInstance", c.Labels[containerinstance.Label])
		}
	}
	if h.unseen = unseen; len(unseen) > 0 {
		h.lookAgain(ctx)
	}
}

// lookAgain lists the containers again in a while, once for all who ask until then.
func (h *host) lookAgain(ctx context.Context) {
	if !h.lookingAgain.CompareAndSwap(false, true) {
		return
	}
	h.Engine.Go(func() {
		pause := time.NewTimer(unseenPause)
		defer pause.Stop()
		select {
		case <-pause.C:
			h.lookingAgain.Store(false)
			h.resync(ctx)
		case <-ctx.Done():
		}
	})
}
