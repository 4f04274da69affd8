package docker

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// SetConnect implements backend.LoadBalancers. Names are lines of the sandbox's hosts file, which its containers
// share, and calls are led by nftables of its own namespace; the sandbox program writes both.
func (e *Engine) SetConnect(ctx context.Context, sandboxID string, c backend.Connect) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return dockerapi.Classify(err)
	}
	if err := c.Check(known.IP); err != nil {
		return err
	}
	return withLack(e.commands.Send(ctx, sandboxID, command.ConnectWords(known.IP, c)))
}
