package shiftload

import (
	"context"
	"errors"
)

// Pause makes so many steady services of a task, and has the first ones deploy until a hook pauses them.
func (c *Client) Pause(ctx context.Context, services, paused int) error {
	n, err := c.network()
	if err != nil {
		return err
	}
	if err := c.register(); err != nil {
		return err
	}
	configuration := map[string]any{"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0}
	if err := each(services, func(i int) error { return c.createService(n, i, 1, nil, configuration) }); err != nil {
		return err
	}
	if err := c.awaitSteady(ctx, services, 1); err != nil {
		return err
	}
	hook := map[string]any{"targetType": "PAUSE", "lifecycleStages": []string{"POST_SCALE_UP"}}
	configuration["lifecycleHooks"] = []any{hook}
	if err := each(paused, func(i int) error { return c.update(i, configuration) }); err != nil {
		return err
	}
	return each(paused, func(i int) error {
		return await(ctx, "a deployment pauses", 100*lookEvery, func() (bool, error) {
			stage, err := c.stage(i)
			if stage == "CLEAN_UP" {
				return false, errors.New("a deployment ended that should pause")
			}
			return stage == "POST_SCALE_UP", err
		})
	})
}
