package agent

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Who asks from an address is known from the moment on that something of theirs can run, also
// where security groups have no effect, and no longer than that.
func TestTasksByTheirAddress(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		address := netip.MustParseAddr(b.task(id).Status.Attachment.PrivateIPv4)
		b.expect("tasks at its address", slices.Equal(b.agent.TasksAt(b.Context(), address), []string{id}), true)
		seen, err := b.agent.Inspect(b.Context(), id, "web")
		b.expect("its container", err == nil && seen.ID == b.task(id).Status.Containers[0].EngineID, true)

		instance := b.instance()
		bridge, host := b.runAt(instance, types.NetworkModeBridge, container("web")), b.runAt(instance, types.NetworkModeHost, container("web"))
		b.runAt(instance, types.NetworkModeNone, container("web"))
		instanceIP := b.instances()[0].IP
		want := []string{bridge, host}
		slices.Sort(want)
		b.expect("tasks at the container instance's", slices.Equal(b.agent.TasksAt(b.Context(), instanceIP), want), true)

		b.stopTask(id)
		b.expect("tasks at an address that was given back", len(b.agent.TasksAt(b.Context(), address)), 0)
	})
}

// The agent knows of a container that it has begun to make before the store does.
func TestATaskAheadOfTheStore(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web", "sleep", "1h"))
		row := b.task(id)
		b.expect("image of a running container", b.agent.Task(id).Status.Containers[0].ImageID != "", true)
		b.expect("creation before start", row.Status.Containers[0].CreatedAt.After(row.Status.Containers[0].StartedAt), false)

		h := b.agent.named[""]
		w := h.lockTask(id)
		w.view.Status.Containers[0].Reason = "ahead"
		w.mu.Unlock()
		b.expect("what the store does not know", b.agent.Task(id).Status.Containers[0].Reason, "ahead")
		b.expect("nothing about another task", b.agent.Task(row.Scope().Task("c", "none")) == (*state.Task)(nil), true)
	})
}
