package agent

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/publication"
)

// Only other tasks have to wait for an engine that is lost.
func TestTheRunnerOfAStoppedTaskEndsWhileTheEngineIsLost(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		h := b.agent.named[""]
		w := h.lockTask(id)
		defer w.mu.Unlock()
		w.publication = publication.Task{Shown: state.Stopped}
		h.Engine.Lose(errors.New("gone"))
		if w.step(b.Context()); !w.retired || len(h.runners) != 0 {
			b.Errorf("the runner of a stopped task stays: %v", h.runners)
		}
		if !errors.Is(b.agent.Health(""), backend.ErrUnavailable) {
			b.Errorf("health: %v", b.agent.Health(""))
		}
	})
}
