// Package matching is the controller that brings the events of the services to the rules of the default bus of their
// account and region. It reads them from the outbox of the store, in their order, behind a cursor.
//
// One transaction puts the deliveries of some events and moves the cursor past them. So an event is neither lost nor
// matched twice, whenever the emulator dies. Events that no rule may want move the cursor in memory alone; what a crash
// takes back of it is matched once more, by rules that know since when they are there.
package matching

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what events are matched with. All fields are required.
type Options struct {
	Store    *store.Store
	Clock    *clock.Clock
	Log      *slog.Logger
	Router   *routing.Router
	Counters *delivery.Counters
	// About says whose an event is and what it is, at little cost; ok is false for one that is none of AWS's.
	About func(e outbox.Event) (about About, ok bool)
	// JSON is an event as its service sends it. It is made only for one that a rule may want.
	JSON func(tx *store.Tx, e outbox.Event) []byte
}

// Controller matches the events of the outbox. Make one with New.
type Controller struct {
	Options
	loop *reconcile.Loop

	waiting atomic.Int32  // calls of Idle
	awaited chan struct{} // gets one when there is one more

	// These belong to the one worker of the loop.
	begun           bool
	cursor, written uint64 // as it is in memory, and in its row
	changes         uint64 // of all buses, when it was looked at last
}

// About is what rules are found by.
type About struct {
	Scope              arn.Scope
	Source, DetailType string
}

// all is the only key of the loop.
const all = "outbox"

func New(opts Options) *Controller {
	c := &Controller{Options: opts, awaited: make(chan struct{}, 1)}
	c.loop = reconcile.New(reconcile.Options{
		Name: "matching of events", Clock: c.Clock, Log: c.Log,
		Watch: c.Store.Watch(0, outbox.On(all), eventbridge.OnBuses(all)), Reconcile: c.reconcile,
	})
	return c
}

// Run matches events until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	err := c.loop.Run(ctx)
	if c.begun && c.cursor != c.written { // or a restart looks at them again
		if err := c.write(c.cursor, nil); err != nil {
			c.Log.Warn("cannot write how far events are matched", "error", err)
		}
	}
	return err
}

// Idle waits until all events are matched that there are now. It returns the error of ctx.
func (c *Controller) Idle(ctx context.Context) error {
	c.waiting.Add(1)
	defer c.waiting.Add(-1)
	select {
	case c.awaited <- struct{}{}:
	default:
	}
	return c.loop.Idle(ctx)
}

// burst is how long events may gather before they are matched, in real time. What has made the first one, such as
// RunTask, has answered then, and a task that starts has most of its events.
const burst = 2 * time.Millisecond

// gather lets events gather, unless Idle waits for them.
func (c *Controller) gather(ctx context.Context) {
	if c.waiting.Load() > 0 {
		return
	}
	over := time.NewTimer(burst)
	defer over.Stop()
	select {
	case <-over.C:
	case <-c.awaited:
	case <-ctx.Done():
	}
}

// batch is how many events are matched in one transaction, which others wait for.
const batch = 100

// reconcile matches the events after the cursor.
func (c *Controller) reconcile(ctx context.Context, _ string) (never time.Time, err error) {
	first := !c.begun
	if first {
		c.written = delivery.ReadCursor(c.Store.Read())
		c.begun, c.cursor = true, c.written
	}
	c.gather(ctx)
	events, oldest, _ := outbox.Since(c.Store, c.cursor)
	c.skip(oldest, first && len(events) < outbox.Kept)
	for len(events) > 0 && ctx.Err() == nil {
		some := events[:min(batch, len(events))]
		if err := c.match(some); err != nil {
			return never, err
		}
		events = events[len(some):]
	}
	return never, c.settle()
}

// settle writes the cursor when rules or targets have changed: what they did not want before the change they shall not
// get after a crash.
func (c *Controller) settle() error {
	var changes uint64
	for _, b := range eventbridge.Buses.All(c.Store.Read()) {
		changes += b.Changes
	}
	if changes != c.changes && c.cursor != c.written {
		if err := c.write(c.cursor, nil); err != nil {
			return err
		}
	}
	c.changes = changes
	return nil
}

// skip goes to the oldest event that there is. If rules may have wanted those before it, the log says so. Those that went
// with their age before this start were matched then: the cursor in memory was ahead of its row.
func (c *Controller) skip(oldest uint64, aged bool) {
	if oldest <= c.cursor+1 {
		return
	}
	missed := oldest - c.cursor - 1
	if !aged && c.mayHaveWanted(oldest) {
		c.Counters.Missed(missed)
		c.Log.Warn("events are gone before they were matched with the rules of EventBridge", "events", missed)
	}
	c.cursor = oldest - 1
}

// mayHaveWanted reports whether a rule was there before the oldest event.
func (c *Controller) mayHaveWanted(oldest uint64) bool {
	return slices.ContainsFunc(eventbridge.AllRules(c.Store.Read()), func(r *eventbridge.Rule) bool {
		return r.Bus == eventbridge.DefaultBus && r.EventPattern != "" && r.Enabled() && r.Since < oldest-1
	})
}

// match matches events, and moves the cursor past them.
func (c *Controller) match(events []outbox.Event) error {
	tx := c.Store.Read()
	var made []*delivery.Delivery
	for _, e := range events {
		about, ok := c.About(e)
		if !ok || !c.Router.Wants(tx, about.Scope, eventbridge.DefaultBus, about.Source, about.DetailType) {
			continue
		}
		found, err := c.Router.Match(tx, routing.Event{
			Scope: about.Scope, Bus: eventbridge.DefaultBus, JSON: string(c.JSON(tx, e)), Sequence: e.Sequence,
		})
		if err != nil { // it would be so the next time: the others do not wait for it
			c.Log.Error("an event cannot be matched with rules and is left out", "event", e.Sequence, "error", err)
		}
		made = append(made, found...)
	}
	last := events[len(events)-1].Sequence
	if len(made) > 0 || c.isFarAhead(last) {
		if err := c.write(last, made); err != nil {
			return err
		}
	}
	c.cursor = last
	return nil
}

// isFarAhead reports whether the cursor has to be written though nothing was matched: if there are rules, and so many
// events since that the outbox would have dropped some of them after a crash.
func (c *Controller) isFarAhead(last uint64) bool {
	return last-c.written >= outbox.Kept/2 && c.mayHaveWanted(last)
}

// write moves the cursor in its row, and puts deliveries.
func (c *Controller) write(cursor uint64, made []*delivery.Delivery) error {
	err := c.Store.Update(func(tx *store.Tx) error {
		delivery.PutCursor(tx, cursor)
		c.Router.Put(tx, made)
		return nil
	})
	if err == nil {
		c.written = cursor
	}
	return err
}
