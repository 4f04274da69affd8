package silence

import (
	"context"
	"sync"
	"time"
)

// Asker is an engine, or its Silence.
type Asker interface {
	Ask(ctx context.Context, patience time.Duration, request func(context.Context) error) error
}

// AskEach asks all engines at the same time, each as Ask does. The errors are in the order of the engines.
func AskEach[E Asker](ctx context.Context, engines []E, patience time.Duration, request func(ctx context.Context, i int, e E) error) []error {
	errs := make([]error, len(engines))
	var asked sync.WaitGroup
	for i, e := range engines {
		asked.Go(func() {
			errs[i] = e.Ask(ctx, patience, func(ctx context.Context) error { return request(ctx, i, e) })
		})
	}
	asked.Wait()
	return errs
}
