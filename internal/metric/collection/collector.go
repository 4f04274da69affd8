package collection

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// Collector asks its sources. While something wants data (see [Demand]) it does so by the emulator's clock, which waits
// for it, and has alarms evaluated then. Otherwise it costs the clock no timer: it asks each minute of real time, so that
// a clock that is advanced leaves a gap.
type Collector struct {
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

	once sync.Once
	loop *reconcile.Loop
	// due is when the clock wakes the loop next, zero without demand, and evaluated the end of the last period at which
	// alarms were evaluated; the loop alone writes them.
	due, evaluated time.Time

	mu     sync.Mutex // one goroutine asks at a time
	last   time.Time  // when sources were asked last
	ticked time.Time  // the end of the last period that they were asked about
}

// key is the only one of the loop.
const key = "metrics"

// Run collects until ctx ends, and returns its error. It is called once.
func (c *Collector) Run(ctx context.Context) error {
	c.init()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.loop.Run(ctx) })
	group.Go(func() error { return c.collectInRealTime(ctx) })
	return group.Wait()
}

// Idle waits until what is due now has been collected, and alarms have been evaluated.
func (c *Collector) Idle(ctx context.Context) error {
	c.init()
	return c.loop.Idle(ctx)
}

func (c *Collector) init() {
	c.once.Do(func() {
		on := make([]store.Source, len(c.Demands))
		for i, d := range c.Demands {
			on[i] = d.On(key)
		}
		c.mu.Lock()
		c.last = c.Clock.Now()
		c.mu.Unlock()
		c.loop = reconcile.New(reconcile.Options{
			Name: "metrics", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, on...),
			Reconcile: func(ctx context.Context, _ string) (time.Time, error) { return c.reconcile(ctx) },
		})
	})
}

// reconcile collects if a period has ended. It returns when the next one ends.
func (c *Collector) reconcile(ctx context.Context) (wakeAt time.Time, err error) {
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if !end.After(c.ticked) {
		return
	}
	c.ticked = end
	c.ask(ctx, Window{From: c.last, To: end, Tick: true})
}

// Read brings what sources have counted until now into the store: a client is about to look, or the clock is about to
// move or has moved.
func (c *Collector) Read(ctx context.Context) {
	c.init()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ask(ctx, Window{From: c.last, To: c.Clock.Now()})
}

// patience is for how long sources are waited for in real time. Clients that look at metrics wait for them as well, and an
// engine that hangs is to hold up neither them nor the clock.
const patience = 10 * time.Second

func (c *Collector) ask(ctx context.Context, w Window) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, source := range c.Sources {
		c.Metrics.Put(source.Collect(ctx, w)...)
	}
	if w.To.After(c.last) {
		c.last = w.To
	}
}
