package dockerapi

import (
	"context"
	"errors"
	"sync/atomic"

	cerrdefs "github.com/containerd/errdefs"
	"golang.org/x/sync/errgroup"
)

// removers bounds parallel removals; the engine gains nothing from more.
const removers = 16

// InParallel calls do for each id, and reports every failure. An error that is NotFound or
// ErrNetworkStuck counts neither as done nor as a failure.
func InParallel(ctx context.Context, ids []string, do func(context.Context, string) error) (done int, err error) {
	var (
		group    errgroup.Group
		count    atomic.Int64
		failures = make([]error, len(ids))
	)
	group.SetLimit(removers)
	for i, id := range ids {
		group.Go(func() error {
			switch err := do(ctx, id); {
			case err == nil:
				count.Add(1)
			case cerrdefs.IsNotFound(err), errors.Is(err, ErrNetworkStuck):
			default:
				failures[i] = err
			}
			return nil
		})
	}
	_ = group.Wait() // failures has them all
	return int(count.Load()), errors.Join(failures...)
}
