package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

const (
	// lookEvery is how often the emulator is asked whether something has happened.
	lookEvery = 2 * time.Millisecond
	patience  = 2 * time.Minute
)

// until asks again and again until done, and reports an error or that it took too
// long.
func until(ctx context.Context, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("%s: not within %s", what, patience)
			}
			return ctx.Err()
		}
	}
}

// awaitCluster waits until n tasks of the cluster run.
func awaitCluster(ctx context.Context, c *rawhttp.Connection, n int) error {
	return until(ctx, fmt.Sprintf("%d tasks to run", n), func() (bool, error) {
		var found struct {
			Clusters []struct {
				RunningTasksCount int `json:"runningTasksCount"`
			} `json:"clusters"`
		}
		if err := c.Call("DescribeClusters", map[string]any{"clusters": []string{cluster}}, &found); err != nil {
			return false, err
		}
		return len(found.Clusters) == 1 && found.Clusters[0].RunningTasksCount >= n, nil
	})
}
