// Package timetable is the controller that acts when rules and schedules are due: a rule tells its bus, and of a schedule
// the target is called. One transaction says that a time is over and puts what follows from it, so each due time has its
// effect once, whenever the emulator dies.
//
// All due times wait for the one timer of the clock. Until then nothing runs and nothing is written.
package timetable

import (
	"context"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what is done at due times. All fields but Counters are required.
type Options struct {
	Store    *store.Store
	Clock    *clock.Clock
	Log      *slog.Logger
	Counters *delivery.Counters
	// Route brings the event of a rule that is due, as JSON, to the rules of its bus.
	Route func(tx *store.Tx, own *eventbridge.Rule, event string) error
}

type controller struct {
	*reconcile.Loop
	Options
}

// late is for how long after its time something is due that is due repeatedly, by the clock. A clock that is fast gives
// the machine some real time as well.
const (
	late     = time.Minute
	lateReal = 10 * time.Second
)

// workers is how many schedules are acted on side by side: each waits for the disk, together with others. One by one,
// thousands that are due at midnight would take so long that the last are late.
const workers = 16

// New makes the loop that acts at due times.
func New(opts Options) *reconcile.Loop {
	c := &controller{Options: opts}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "schedule", Clock: opts.Clock, Log: opts.Log, Workers: workers, Reconcile: c.reconcile,
		Watch: opts.Store.Watch(0, eventbridge.OnRules(), eventbridgescheduler.OnSchedules()),
	})
	return c.Loop
}

// reconcile acts on a rule or a schedule if it is due, and tells when it is due next.
func (c *controller) reconcile(_ context.Context, key string) (wakeAt time.Time, err error) {
	tx := c.Store.Read()
	if r := eventbridge.RuleByKey(tx, key); r != nil {
		if t, ok := timingOfRule(r); ok {
			return c.wait(t, func(due, _ time.Time) error { return c.ruleIsDue(r, due) })
		}
	}
	if s := eventbridgescheduler.Schedules.Get(tx, key); s != nil {
		if t, ok := timingOfSchedule(s); ok {
			return c.wait(t, func(due, now time.Time) error { return c.scheduleIsDue(s, due, now) })
		}
	}
	return time.Time{}, nil
}

// wait acts if it is time, which writes the row and so wakes its key again, or tells when it will be.
func (c *controller) wait(t timing, act func(due, now time.Time) error) (wakeAt time.Time, err error) {
	now := c.Clock.Now()
	due, at, ok := t.next(now, c.late())
	switch {
	case !ok:
		return time.Time{}, nil
	case at.After(now):
		return at, nil
	}
	return time.Time{}, act(due, now)
}

func (c *controller) late() time.Duration {
	return max(late, time.Duration(c.Clock.Speed()*float64(lateReal)))
}

// ruleIsDue tells the bus of a rule that it is due, unless it has changed meanwhile.
func (c *controller) ruleIsDue(r *eventbridge.Rule, due time.Time) error {
	return c.Store.Update(func(tx *store.Tx) error {
		if eventbridge.RuleByKey(tx, r.Key()) != r {
			return nil
		}
		c.Causes(tx, r.Key())
		eventbridge.SetLastDue(tx, r, due)
		return c.Route(tx, r, scheduledEvent(r, due))
	})
}

// scheduleIsDue puts the call of a schedule's target, unless the schedule has changed meanwhile. One that is not due any
// more goes, if it is to.
func (c *controller) scheduleIsDue(s *eventbridgescheduler.Schedule, due, now time.Time) error {
	next := *s
	next.LastDue = due
	goes := false
	if s.ActionAfterCompletion == types.ActionAfterCompletionDelete {
		_, again := nextOfSchedule(&next, now, c.late())
		goes = !again
	}
	return c.Store.Update(func(tx *store.Tx) error {
		if eventbridgescheduler.Schedules.Get(tx, s.ARN()) != s {
			return nil
		}
		c.Causes(tx, s.ARN())
		tx.Then(func() { c.Counters.Matched(s.ARN()) })
		delivery.Put(tx, deliveryOf(s, due, now))
		if goes {
			eventbridgescheduler.Schedules.Delete(tx, s)
			return nil
		}
		eventbridgescheduler.Schedules.Put(tx, &next)
		return nil
	})
}
