package controllers

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// patience is for how long the clock waits for what takes real time: a stop timeout,
// a pull, a lifecycle hook. It waits once for each call, however many timers fall due meanwhile.
const patience = 10 * time.Second

// fewPasses is how often Wait looks again while clients keep sending requests: what
// they add has no end.
const fewPasses = 3

// Quiet tells when an emulator has nothing to do.
type Quiet struct {
	Store *store.Store
	// Settle waits for what the engine has to tell.
	Settle func(ctx context.Context) error
	// Loops are those that run now.
	Loops func() []Loop
	// Requests is how many requests clients have had answered.
	Requests func() uint64
	// Matched is how many deliveries rules and schedules have made, by their ARNs, disabled rules left out.
	Matched func() map[string]uint64
	Log     *slog.Logger

	impatient atomic.Uint64
	feeding   feeding
}

// Forget forgets which rules feed themselves: all rules are gone.
func (q *Quiet) Forget() { q.feeding.forget.Store(true) }

// Impatient is how often the clock has not waited any longer for what takes real time.
func (q *Quiet) Impatient() uint64 { return q.impatient.Load() }

// Wait waits until no controller has anything to do, for Clock.Advance.
func (q *Quiet) Wait(ctx context.Context) error {
	f := &q.feeding
	f.matched, f.log = q.Matched, q.Log
	ctx, cancel := context.WithTimeout(ctx, f.begin(patience))
	defer cancel()
	for pass := 1; ; pass++ {
		woken, requests := q.Store.Woken(), q.Requests()
		if at, err := q.settle(ctx); errors.Is(err, context.DeadlineExceeded) {
			q.impatient.Add(1)
			q.Log.Info("the clock goes on, although something is still under way that takes real time", "in", at)
			f.gaveUp()
			return nil
		} else if err != nil {
			return err
		}
		switch {
		case q.Store.Woken() == woken:
			f.ended()
			return nil
		case pass >= fewPasses && q.Requests() != requests, f.feeds():
			return nil
		}
	}
}

// settle waits for the engine and for all controllers, from the last one to the first, as later ones decide what earlier
// ones do. It does so twice, because what one
// does is often for one that was idle before: a change of a service has the agent start a
// container, whose event the engine tells, and its target concerns the service again. What
// they still do for each other after that counts as woken, so Wait sees it. An error comes with the name of the loop that it
// waited for.
func (q *Quiet) settle(ctx context.Context) (at string, err error) {
	loops := slices.Concat(q.Loops(), []Loop{{Name: "engine", Idle: q.Settle}})
	for range 2 {
		for _, l := range slices.Backward(loops) {
			if l.Idle == nil {
				continue
			}
			if err := l.Idle(ctx); err != nil {
				return l.Name, err
			}
		}
	}
	return "", nil
}
