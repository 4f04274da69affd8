package docker

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// SetTraffic implements backend.Engine. The rules are nftables of the sandbox's own
// namespace, which the sandbox program replaces as a whole.
func (e *Engine) SetTraffic(ctx context.Context, sandboxID string, t backend.Traffic) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return dockerapi.Classify(err)
	}
	if err := t.Check(known.Routes); err != nil {
		return err
	}
	words := []string{"traffic"}
	if t.CutOff {
		words = append(words, "cut")
	}
	if t.Daemons.IsValid() {
		words = append(words, "daemons="+t.Daemons.String())
	}
	for _, p := range t.Ports {
		words = append(words, command.ForwardWord(p))
	}
	return dockerapi.Classify(e.commands.Tell(ctx, sandboxID, words...))
}
