package collection

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what is collected, and where it goes.
type Options struct {
	Metrics *metric.Store
	Store   *store.Store
	Clock   *clock.Clock
	Log     *slog.Logger
	// Sources are asked in this order.
	Sources []Source
	Demands []Demand
	// Evaluate looks at what has been collected at the end of a period, while something wants data. What it writes, it
	// passes to causes first, so that the clock waits for what that leads to.
	Evaluate func(ctx context.Context, at time.Time, causes func(tx *store.Tx)) error
}

// Collector asks its sources. While something wants data (see [Demand]) it does so by the emulator's clock, which waits
// for it, and has alarms evaluated then. Otherwise it costs the clock no timer: it asks each minute of real time, so that
// a clock that is advanced leaves a gap. Make one with New.
type Collector struct {
	Options
	loop *reconcile.Loop
	// due is when the clock wakes the loop next, zero without demand, and evaluated the end of the last period at which
	// alarms were evaluated; the loop alone writes them.
	due, evaluated time.Time

	turn   chan struct{}   // has room for the goroutine that asks
	life   context.Context // ends with Run
	end    context.CancelFunc
	last   time.Time    // when sources were asked last
	ticked time.Time    // the end of the last period that they were asked about
	whole  int64        // the number of the last question that did not end with its client
	asked  atomic.Int64 // how many questions have begun
}

// key is the only one of the loop.
const key = "metrics"

func New(opts Options) *Collector {
	c := &Collector{Options: opts, turn: make(chan struct{}, 1), last: opts.Clock.Now()}
	c.life, c.end = context.WithCancel(context.Background())
	on := make([]store.Source, len(c.Demands))
	for i, d := range c.Demands {
		on[i] = d.On(key)
	}
	c.loop = reconcile.New(reconcile.Options{
		Name: "metrics", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, on...), Reconcile: c.reconcile,
	})
	return c
}

// Run collects until ctx ends, and returns its error. Nothing gets into the store any more then. It is called once.
func (c *Collector) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.loop.Run(ctx) })
	group.Go(func() error { return c.collectInRealTime(ctx) })
	err := group.Wait()
	c.end()
	c.turn <- struct{}{} // after a client that is still told
	return err
}

// Idle waits until what is due now has been collected, and alarms have been evaluated.
func (c *Collector) Idle(ctx context.Context) error {
	return c.loop.Idle(ctx)
}

// reconcile collects if a period has ended. It returns when the next one ends.
func (c *Collector) reconcile(ctx context.Context, _ string) (wakeAt time.Time, err error) {
	now, step := c.Clock.Now(), c.step()
	if step == 0 {
		c.due = time.Time{}
		return c.due, nil
	}
	end := now.Truncate(step)
	if !c.due.IsZero() && !now.Before(c.due) {
		if err := c.periodsUntil(ctx, end); err != nil {
			return end.Add(step), err // and the loop tries again before
		}
	}
	c.due = end.Add(step)
	return c.due, nil
}

// periodsUntil collects at the end of a period, and before that at the end of the last hour and of the last minute, if these
// have passed as well since: the clock can be faster than this goroutine, and alarms that look at days are due by the hour.
func (c *Collector) periodsUntil(ctx context.Context, end time.Time) error {
	for _, length := range []time.Duration{time.Hour, time.Minute} {
		if last := end.Truncate(length); last.Before(end) && !last.Before(c.due) {
			if err := c.period(ctx, last); err != nil {
				return err
			}
		}
	}
	return c.period(ctx, end)
}

// period collects at the end of a period and has alarms evaluated, once.
func (c *Collector) period(ctx context.Context, end time.Time) error {
	c.tick(ctx, end)
	if c.Evaluate == nil || !end.After(c.evaluated) {
		return nil
	}
	if err := c.Evaluate(ctx, end, func(tx *store.Tx) { c.loop.Causes(tx, key) }); err != nil {
		return err
	}
	c.evaluated = end
	return nil
}

// tick asks sources about the period that ends now, unless they have been asked.
func (c *Collector) tick(ctx context.Context, end time.Time) {
	if !c.take(ctx) {
		return
	}
	defer c.leave()
	if !end.After(c.ticked) {
		return
	}
	c.ticked = end
	c.ask(ctx, Window{From: c.last, To: end, Tick: true})
}

// Read brings what sources have counted until now into the store: a client is about to look, or the clock is about to
// move or has moved. It ends early with ctx. Callers that wait at the same time share a question: that begins after they came.
func (c *Collector) Read(ctx context.Context) {
	before := c.asked.Load()
	if !c.take(ctx) {
		return
	}
	defer c.leave()
	if c.whole <= before {
		c.ask(ctx, Window{From: c.last, To: c.Clock.Now()})
	}
}

// take waits for the turn to ask sources, as long as ctx and Run last. It reports whether the caller has it now, and is to leave it.
func (c *Collector) take(ctx context.Context) bool {
	select {
	case c.turn <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	case <-c.life.Done():
		return false
	}
}

func (c *Collector) leave() { <-c.turn }

// patience is for how long sources are waited for in real time. Clients that look at metrics wait for them as well, and an
// engine that hangs is to hold up neither them nor the clock.
const patience = 10 * time.Second

func (c *Collector) ask(ctx context.Context, w Window) {
	number := c.asked.Add(1)
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	for _, source := range c.Sources {
		c.Metrics.Put(source.Collect(limited, w)...)
	}
	if ctx.Err() == nil {
		c.whole = number
	}
	if w.To.After(c.last) {
		c.last = w.To
	}
}
