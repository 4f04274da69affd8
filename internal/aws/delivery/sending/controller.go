// Package sending is the controller that calls the targets of deliveries, and removes the rows of those that are done.
//
// A call has no transaction around it, and what becomes of it is written in one. So a target gets each delivery at
// least once: again, if the emulator dies between the call and the write. RunTask knows it by its client token then.
package sending

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what targets are called with. All fields but Ended are required.
type Options struct {
	Store    *store.Store
	Clock    *clock.Clock
	Log      *slog.Logger
	Counters *delivery.Counters
	// Send calls a target, and says what has become of the call. It ends with ctx.
	Send func(ctx context.Context, d *delivery.Delivery) delivery.Outcome
	// Bury puts a delivery into its dead-letter queue. It ends with ctx.
	Bury func(ctx context.Context, d *delivery.Delivery, l *delivery.DeadLetter) error
	// Ended is told in the transaction that removes a delivery: dead says why it was given up, and nil that it was sent. Nil:
	// nothing is told.
	Ended func(tx *store.Tx, d *delivery.Delivery, dead *delivery.DeadLetter)
}

// Controller calls the targets of deliveries. Make one with New.
type Controller struct {
	Options
	loop    *reconcile.Loop
	queue   queue
	running sync.WaitGroup
	idling  atomic.Int32    // calls of Idle
	ctx     context.Context // of Run: calls end with it

	toldMu sync.Mutex
	told   map[string]string // the error of a target that is in the log
}

// deadline is for how long a call may take, in real time. It is longer than the clock waits for a call, or one that
// hangs would have the clock wait for each of its retries.
const deadline = 30 * time.Second

func New(opts Options) *Controller {
	c := &Controller{Options: opts}
	c.loop = reconcile.New(reconcile.Options{
		Name: "delivery", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, delivery.OnDeliveries()), Reconcile: c.reconcile,
	})
	return c
}

// Run calls targets until ctx ends, and returns its error. Calls under way end with ctx, and are made again by the next
// run. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.ctx = ctx
	err := c.loop.Run(ctx)
	c.running.Wait()
	return err
}

// Idle waits until all has been sent, or has failed, that is to be sent now. It does not wait for what comes later, and
// for no call any longer than for patience from its beginning on, in real time. It returns the error of ctx.
func (c *Controller) Idle(ctx context.Context, patience time.Duration) error {
	c.idling.Add(1)
	defer c.idling.Add(-1)
	_ = c.Store.Flush() // what fails is tried again
	if err := c.loop.Idle(ctx); err != nil {
		return err
	}
	last := c.queue.last()
	for {
		waited, err := c.queue.wait(ctx, last, patience)
		if err != nil {
			return err
		}
		if !waited {
			return c.loop.Idle(ctx) // for what the ends of calls have woken
		}
	}
}

// reconcile has a delivery be called that is due.
func (c *Controller) reconcile(_ context.Context, key string) (next time.Time, err error) {
	d := delivery.Find(c.Store.Read(), key)
	if d == nil {
		return next, nil
	}
	if d.NextAt.After(c.Clock.Now()) {
		return d.NextAt, nil
	}
	c.queue.add(d, c.begin)
	return next, nil
}

// begin makes a call, and does not wait for it.
func (c *Controller) begin(call *call) {
	c.running.Go(func() {
		if d := delivery.Find(c.Store.Read(), call.key); d != nil && d.ID == call.id && c.ctx.Err() == nil {
			c.call(call, d)
		}
		c.queue.release(call)
		c.loop.Wake(call.key) // before Idle sees that the call is over
		c.queue.end(call, c.begin)
	})
}

// call calls the target of a delivery, and writes what has become of it. If the emulator ends meanwhile nothing is
// written, so the row is as before.
func (c *Controller) call(call *call, d *delivery.Delivery) {
	v, sure := c.send(d)
	if sure && v.dead != nil {
		sure = c.bury(d, v.dead)
	}
	if sure {
		c.queue.answer(call, c.begin)
		c.write(d, v)
	}
}

// ride is how long what has become of a call may wait for a transaction of others to be written with, in real time: two
// writes to disk for each event, its own and that of its delivery, would have PutEvents wait for both.
const ride = 10 * time.Millisecond

// patience is how long a result may wait to be written: none while Idle waits for it.
func (c *Controller) patience() time.Duration {
	if c.idling.Load() > 0 {
		return 0
	}
	return ride
}

// send calls a target, in its time. It is not sure what has become of the call if the emulator ends.
func (c *Controller) send(d *delivery.Delivery) (v verdict, sure bool) {
	if dead := expired(d, c.Clock.Now()); dead != nil {
		return verdict{dead: dead}, true
	}
	ctx, cancel := context.WithTimeout(c.ctx, deadline)
	defer cancel()
	o := c.Send(ctx, d)
	switch {
	case o.Result == delivery.Sent:
	case c.ctx.Err() != nil:
		return v, false
	case ctx.Err() != nil:
		o = delivery.Outcome{Result: delivery.Retry, Code: timeout, Message: "The target has not answered within " + deadline.String() + "."}
	}
	return decide(d, o, c.Clock.Now()), true
}

// bury puts a delivery that is given up into its dead-letter queue. That is tried once: what AWS does if the queue does
// not get it is not documented, but for a metric that counts it.
func (c *Controller) bury(d *delivery.Delivery, dead *delivery.DeadLetter) (sure bool) {
	if d.DeadLetterARN == "" {
		return true
	}
	ctx, cancel := context.WithTimeout(c.ctx, deadline)
	defer cancel()
	err := c.Bury(ctx, d, dead)
	if err != nil {
		dead.QueueError = err.Error()
	}
	return err == nil || c.ctx.Err() == nil
}

// write writes what has become of a delivery. While the disk fails it tries again: the target is not called twice.
func (c *Controller) write(d *delivery.Delivery, v verdict) {
	for wait := reconcile.FirstRetry; ; wait = min(2*wait, reconcile.LastRetry) {
		err := c.Store.UpdateSoon(c.patience(), func(tx *store.Tx) error {
			switch now := delivery.Find(tx, d.Key()); {
			case now == nil || now.ID != d.ID: // all was reset
			case v.retry != nil:
				delivery.Put(tx, v.retry)
			default:
				delivery.Delete(tx, d)
				if v.dead != nil {
					delivery.AppendDeadLetter(tx, v.dead, c.Clock.Now())
				}
				if c.Ended != nil {
					c.Ended(tx, d, v.dead)
				}
			}
			return nil
		})
		if err == nil {
			c.tell(d, v)
			return
		}
		c.Log.Error("what has become of a delivery cannot be written; retrying", "target", d.TargetARN, "after", wait, "error", err)
		again := time.NewTimer(wait)
		select {
		case <-again.C:
		case <-c.ctx.Done():
			again.Stop()
			return
		}
	}
}

// tell counts what has become of a delivery, and has the log tell of it: of a target's error once, until it is another.
func (c *Controller) tell(d *delivery.Delivery, v verdict) {
	about := c.Log.With("from", d.Source, "target", d.TargetARN)
	switch {
	case v.dead != nil:
		c.Counters.Failed(d.Source, d.DeadLetterARN != "" && v.dead.QueueError == "")
		about = about.With("error", v.dead.Code+": "+v.dead.Message)
		if d.DeadLetterARN != "" {
			about = about.With("deadLetterQueue", d.DeadLetterARN)
		}
		if v.dead.QueueError != "" {
			c.Counters.LetterLost(d.Source)
			about = about.With("queueError", v.dead.QueueError)
		}
		about.Warn("delivery given up")
	case v.retry != nil:
		c.Counters.Retried(d.Source)
		if c.isNews(d, v.retry.LastError) {
			about.Warn("target fails; retrying", "error", v.retry.LastError)
		}
	default:
		c.Counters.Sent(d.Source)
		c.isNews(d, "")
	}
}

// isNews reports whether the error of a target is another one than that of its call before. Empty is none.
func (c *Controller) isNews(d *delivery.Delivery, problem string) bool {
	c.toldMu.Lock()
	defer c.toldMu.Unlock()
	of := d.Source + " " + d.TargetARN
	news := c.told[of] != problem
	switch {
	case problem == "":
		delete(c.told, of)
	case c.told == nil:
		c.told = map[string]string{of: problem}
	default:
		c.told[of] = problem
	}
	return news
}
