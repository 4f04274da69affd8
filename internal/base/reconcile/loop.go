// Package reconcile is the loop that controllers have in common. It waits until the store
// wakes a key, has the controller reconcile it, tries again what failed, and wakes the key
// at the time that the controller asked for.
//
//	loop := reconcile.New(reconcile.Options{
//		Name: "service", Clock: clk, Log: log, Watch: store.WatchServices(0), Workers: 4,
//		Reconcile: func(ctx context.Context, key string) (wakeAt time.Time, err error) { … },
//	})
//	err := loop.Run(ctx) // until ctx ends
//
// A key with nothing to do costs nothing but, if one is due, a timer.
package reconcile

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what a loop works on. All but Workers and Mends are required.
type Options struct {
	// Name says in the log what a key is the key of: "load balancer".
	Name  string
	Clock *clock.Clock
	Log   *slog.Logger
	// Watch tells which keys to reconcile. The loop closes it when it ends.
	Watch *store.Watch
	// Workers is how many keys are reconciled at the same time; 0 is one. One key is never
	// reconciled twice at the same time.
	Workers int
	// Reconcile makes true what the rows of a key say now. It is called again at wakeAt, in
	// the emulator's time, even if nothing changes; zero is never. After an error it is
	// called again soon, in real time.
	Reconcile func(ctx context.Context, key string) (wakeAt time.Time, err error)
	// Mends reports whether an error needs no line in the log, because it ends by itself.
	Mends func(err error) bool
}

// Loop reconciles keys. Make one with New.
type Loop struct {
	opts Options

	mu       sync.Mutex
	timers   map[string]timer
	failures map[string]failure
}

// New makes a loop. It collects keys from now on, and reconciles them once it runs.
func New(opts Options) *Loop {
	return &Loop{opts: opts, timers: map[string]timer{}, failures: map[string]failure{}}
}

// Run reconciles keys until ctx ends, and returns its error. It is called once.
func (l *Loop) Run(ctx context.Context) error {
	defer l.stopTimers()
	defer l.opts.Watch.Close()
	group, ctx := errgroup.WithContext(ctx)
	for range max(l.opts.Workers, 1) {
		group.Go(func() error { return l.work(ctx) })
	}
	return group.Wait()
}

func (l *Loop) work(ctx context.Context) error {
	for {
		key, err := l.opts.Watch.Next(ctx)
		if err != nil {
			return err
		}
		wakeAt, err := l.opts.Reconcile(ctx, key)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.wakeAt(key, wakeAt)
		l.retry(key, err)
		l.opts.Watch.Done(key)
	}
}

// Wake has a key reconciled because of something that no row says.
func (l *Loop) Wake(key string) { l.opts.Watch.Wake(key) }

// Pass has the key to reconciled as part of the work on the key from, which is being
// reconciled, so that Idle waits for both.
func (l *Loop) Pass(from, to string) { l.opts.Watch.Pass(from, to) }

// Causes says that a transaction is part of the work on a key, which is being reconciled, so
// that Idle waits for what the transaction wakes as well.
func (l *Loop) Causes(tx *store.Tx, key string) {
	tx.CausedBy(l.opts.Watch, key)
}

// Idle waits until all keys have been reconciled that are awake now, and those that they wake
// in this loop. It does not wait for retries. It returns the error of ctx.
func (l *Loop) Idle(ctx context.Context) error { return l.opts.Watch.Idle(ctx) }
