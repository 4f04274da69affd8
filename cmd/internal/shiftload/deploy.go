package shiftload

import (
	"context"
	"fmt"
	"time"
)

// listenersEach is how many listeners a load balancer has: not more than AWS lets it have.
const listenersEach = 50

// Deploy has so many services deploy at once by a strategy, and tells how long it takes until all are steady again. Those
// that shift traffic do it behind load balancers, in no more bake time than there has to be.
func (c *Client) Deploy(ctx context.Context, strategy string, services, tasks int) (time.Duration, error) {
	n, err := c.network()
	if err != nil {
		return 0, err
	}
	if err := c.register(); err != nil {
		return 0, err
	}
	fronts, err := c.fronts(n, strategy, services)
	if err != nil {
		return 0, err
	}
	configuration := map[string]any{"strategy": strategy}
	if strategy != "ROLLING" {
		configuration["bakeTimeInMinutes"] = 0
	}
	if err := each(services, func(i int) error { return c.createService(n, i, tasks, fronts[i], configuration) }); err != nil {
		return 0, err
	}
	if err := c.awaitSteady(ctx, services, tasks); err != nil {
		return 0, fmt.Errorf("first deployments: %w", err)
	}
	began := time.Now()
	if err := each(services, func(i int) error { return c.update(i, nil) }); err != nil {
		return 0, err
	}
	err = c.awaitSteady(ctx, services, tasks)
	return time.Since(began), err
}

// fronts are those of services, none of those that are rolled out.
func (c *Client) fronts(n network, strategy string, services int) ([]*front, error) {
	fronts := make([]*front, services)
	if strategy == "ROLLING" {
		return fronts, nil
	}
	var b balancer
	for i := range fronts {
		if i%listenersEach == 0 {
			var err error
			if b, err = c.createBalancer(n, fmt.Sprintf("shop-%d", i/listenersEach)); err != nil {
				return nil, err
			}
		}
		f, err := c.createFront(b, name(i), 8000+i)
		if err != nil {
			return nil, err
		}
		fronts[i] = &f
	}
	return fronts, nil
}
