package reconcile

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Group is loops of one controller, those first that wake the others.
type Group []*Loop

// Run runs all loops until ctx ends, and returns its error. It is called once.
func (g Group) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range g {
		group.Go(func() error { return l.Run(ctx) })
	}
	return group.Wait()
}

// Idle waits for each loop in turn; see [Loop.Idle].
func (g Group) Idle(ctx context.Context) error {
	for _, l := range g {
		if err := l.Idle(ctx); err != nil {
			return err
		}
	}
	return nil
}
