package sim

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// SetTraffic implements backend.Engine.
func (e *Engine) SetTraffic(context.Context, string, backend.Traffic) error {
	return errors.New("not built: traffic of sandboxes")
}

// RemoveNetwork implements backend.Engine.
func (e *Engine) RemoveNetwork(context.Context, string) error {
	return errors.New("not built: removal of one network")
}
