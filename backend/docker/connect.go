package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	err = e.commands.Send(ctx, sandboxID, command.ConnectWords(known.IP, c))
	var refused *command.RefusedError
	switch {
	case errors.As(err, &refused) && strings.HasPrefix(refused.Answer, "lacks "):
		return dockerapi.WithMeaning(fmt.Errorf("the kernel of the engine's host %s", refused.Answer), backend.ErrNoFilter)
	case err != nil:
		return dockerapi.Classify(err)
	}
	return nil
}
