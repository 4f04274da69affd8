package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// ErrClosed is a wait that ends because the emulator closes.
var ErrClosed = errors.New("the emulator has closed")

// WaitStable waits until a service is stable. The error has what the service says besides.
func (c *Core) WaitStable(ctx context.Context, serviceARN string) error {
	err := c.waitStable(ctx, serviceARN)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("wait until service %s is stable: %w", arn.Name(serviceARN), err)
	if reasons := overview.Reasons(c.Store.Read(), serviceARN); reasons != "" {
		err = fmt.Errorf("%w; %s", err, reasons)
	}
	return err
}

func (c *Core) waitStable(ctx context.Context, serviceARN string) error {
	for {
		changed := c.Store.Changed()
		if stable, err := overview.Stable(c.Store.Read(), serviceARN); stable || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-c.Closing.Done():
			return ErrClosed
		}
	}
}
