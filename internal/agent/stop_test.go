package agent

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/publication"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Only other tasks have to wait for an engine that is lost.
func TestTheWorkOfAStoppedTaskEndsWhileTheEngineIsLost(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		h := b.agent.hosts[""]
		w := h.lockWork(id)
		defer w.mu.Unlock()
		w.publication = publication.Task{Shown: state.Stopped}
		h.Engine.Lose(errors.New("gone"))
		if w.next(b.Context()); !w.retired || len(h.works) != 0 {
			b.Errorf("the work of a stopped task stays: %v", h.works)
		}
		if !errors.Is(b.agent.Health(""), backend.ErrUnavailable) {
			b.Errorf("health: %v", b.agent.Health(""))
		}
	})
}
