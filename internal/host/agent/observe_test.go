package agent

import (
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The engine may tell of a start when its task has come to rest.
func TestALateEventKeepsNoRunner(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		synctest.Wait()
		b.expect("task", b.task(id).Status.LastStatus, state.Running)
		h := b.agent.named[""]
		b.expect("runners at rest", len(h.runners), 0)
		web := b.task(id).Status.Containers[0].EngineID
		h.observe(b.Context(), backend.Event{Kind: backend.ContainerStarted, ContainerID: web})
		b.expect("runners after a start", len(h.runners), 0)
		h.know("replaced", id, "web")
		h.observe(b.Context(), backend.Event{Kind: backend.ContainerDied, ContainerID: "replaced"})
		b.expect("runners after the end of what was replaced", len(h.runners), 0)
		Proxies{agent: b.agent}.Ready(b.Context(), id)
		b.expect("runners after a proxy's word", len(h.runners), 0)
	})
}
