// Package retention forgets what AWS shows no more, a minute of the emulator's clock late at most: modules say what.
// The retention of a log group is in internal/aws/cloudwatchlogs.
package retention

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// sweepEvery is how often things beside the store go that no request sees any more, such as segments of logs: a choice.
const sweepEvery = time.Hour

// forgetEvery is how long a change waits until it is looked at, and the least time between two looks.
const forgetEvery = time.Minute

// Keeper forgets what is old enough, and stamps the clock. While nothing gets old, the clock has no timer of it.
type Keeper struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Forgets remove what is too old at a time, in one transaction; Sweeps remove it beside the store.
	Forgets []func(tx *store.Tx, now time.Time)
	Sweeps  []func() error

	working sync.Mutex
	swept   time.Time

	mu    sync.Mutex
	ctx   context.Context // nil: it does not work
	timer *clock.Timer    // nil: nothing gets old
	due   time.Time       // when the timer is
	stamp *time.Timer
}

// Schedule has it work until ctx ends: a minute of the emulator's clock after a change, and when more gets old enough.
// It works inside the clock's calls, so that Advance cannot run past it.
func (k *Keeper) Schedule(ctx context.Context) {
	k.mu.Lock()
	k.ctx = ctx
	if k.timer != nil {
		k.timer.Stop()
		k.timer = nil
	}
	k.stamp = time.AfterFunc(k.Clock.UntilStamp(), func() { k.keepTime(ctx) })
	k.mu.Unlock()
	k.Changed()
}

// Changed has it look, because the store has changed.
func (k *Keeper) Changed() { k.lookIn(forgetEvery) }

func (k *Keeper) lookIn(wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ctx, due := k.ctx, k.Clock.Now().Add(wait)
	if ctx == nil || k.timer != nil && !due.Before(k.due) {
		return
	}
	if k.timer != nil {
		k.timer.Stop()
	}
	k.due, k.timer = due, k.Clock.AfterFunc(wait, func() { k.look(ctx) })
}

func (k *Keeper) look(ctx context.Context) {
	k.working.Lock()
	defer k.working.Unlock()
	if ctx.Err() != nil {
		return
	}
	k.mu.Lock()
	k.timer = nil
	k.mu.Unlock()
	again, ok, err := k.Forget(k.Clock.Now())
	if err != nil {
		k.Log.Error("cannot remove old tasks", "error", err)
		again, ok = 0, true
	}
	if ok {
		k.lookIn(max(again, forgetEvery))
	}
}

// keepTime stamps the clock, and removes old log events, in real time.
func (k *Keeper) keepTime(ctx context.Context) {
	k.working.Lock()
	defer k.working.Unlock()
	if ctx.Err() != nil {
		return
	}
	k.sweep(k.Clock.Now())
	if err := k.Store.Stamp(); err != nil {
		k.Log.Error("cannot store the clock", "error", err)
	}
	k.Retime()
}

// Sweep is for when the clock has been advanced, in less real time than old log events wait for.
func (k *Keeper) Sweep() {
	k.working.Lock()
	defer k.working.Unlock()
	k.sweep(k.Clock.Now())
}

// Retime is for when the speed of the clock has changed.
func (k *Keeper) Retime() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stamp.Reset(k.Clock.UntilStamp())
}

// Wait returns when what it does now is done.
func (k *Keeper) Wait() {
	k.working.Lock()
	defer k.working.Unlock()
}

// sweep removes what is old beside the store, such as log events that are older than the retention of their group. No
// request sees them before, so it can take its time.
func (k *Keeper) sweep(now time.Time) {
	if now.Sub(k.swept) < sweepEvery {
		return
	}
	k.swept = now
	for _, sweep := range k.Sweeps {
		if err := sweep(); err != nil {
			k.Log.Error("cannot remove what is old beside the state", "error", err)
		}
	}
}

// Forget forgets the rows that are old enough at a time. Others get old enough after again, if ok.
func (k *Keeper) Forget(now time.Time) (again time.Duration, ok bool, err error) {
	err = k.Store.Update(func(tx *store.Tx) error {
		for _, forget := range k.Forgets {
			forget(tx, now)
		}
		again, ok = tx.Again()
		return nil
	})
	return again, ok, err
}
