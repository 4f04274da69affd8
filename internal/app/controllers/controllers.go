// Package controllers runs what makes true what the store says, and waits for it.
package controllers

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Loop is something that works on the store by itself.
type Loop struct {
	Name string
	Run  func(ctx context.Context) error
	// Idle waits until it has dealt with everything that there is for it now. Nil: the clock does not wait for it.
	Idle func(ctx context.Context) error
}

// Of is the loop of a controller.
func Of(name string, c interface {
	Run(ctx context.Context) error
	Idle(ctx context.Context) error
}) Loop {
	return Loop{name, c.Run, c.Idle}
}

// Patient is the loop of a controller whose work takes real time: the clock waits a while for it.
func Patient(name string, c interface {
	Run(ctx context.Context) error
	Idle(ctx context.Context, patience time.Duration) error
}) Loop {
	return Loop{name, c.Run, func(ctx context.Context) error { return c.Idle(ctx, patience) }}
}

type Running struct {
	Log *slog.Logger

	mu    sync.Mutex
	loops []Loop
	stop  context.CancelFunc // nil: none have run
	ended sync.WaitGroup
}

// Start has loops run until Stop.
func (r *Running) Start(loops []Loop) (ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx, r.stop = context.WithCancel(context.Background())
	r.loops = loops
	for _, l := range loops {
		r.ended.Go(func() {
			if err := l.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				r.Log.Error("controller ended", "controller", l.Name, "error", err)
			}
		})
	}
	return ctx
}

// Stop returns when no loop runs any more.
func (r *Running) Stop() {
	if r.stop == nil {
		return
	}
	r.stop()
	r.ended.Wait()
}

// Loops are those that have been started last.
func (r *Running) Loops() []Loop {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.loops
}
