package sim

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// SetConnect says which calls of a sandbox go through a load balancer in its namespace.
func (e *Engine) SetConnect(ctx context.Context, sandboxID string, c backend.Connect) error {
	return e.change(ctx, sandboxID, func(n *namespace) error {
		if err := c.Check(n.address); err != nil {
			return err
		}
		n.connect = c
		return nil
	})
}
