// Package controller takes the operations of stacks on: it writes what package operation decides, and then makes the calls of
// handlers that follow.
//
// A call has no transaction around it. What is to be made is written before, and what has become of it in the next decision,
// so a handler is called again with the same request if the emulator dies in between. Handlers find again what they have made.
package controller

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what stacks are made with. All fields but Pause, InAlarm, Alarms and Told are required.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	Types operation.Types
	// Step takes a step of a handler as the principal of a stack, with the values of dynamic references. It ends with ctx.
	Step func(ctx context.Context, s *cloudformation.Stack, r handler.Request) handler.Result
	// Pause is how long an operation of a kind waits before it begins with resources (CFN-31). Nil: not at all.
	Pause func(cloudformation.Kind) time.Duration
	// InAlarm is whether an alarm of a scope that rolls a stack back is in the state ALARM, and whether there is one. Nil: there are
	// no alarms.
	InAlarm func(tx *store.Tx, s arn.Scope, alarmARN string) (alarm, found bool)
	// Alarms wake the stacks that watch an alarm, which users names by their ids, when it changes. Nil: only the looks of an operation do.
	Alarms func(users func(alarmARN string) []string) []store.Source
	// Told gets the events of a decision, in its transaction. Nil: they are not told any further.
	Told func(tx *store.Tx, s *cloudformation.Stack, events []*cloudformation.Event)
}

// Controller takes the operations of stacks on. Make one with New.
type Controller struct {
	Options
	loop    *reconcile.Loop
	calls   calls
	running sync.WaitGroup
	ctx     context.Context // of Run: calls end with it

	mu     sync.Mutex
	stacks map[string]*work // by id, while an operation is under way

	watching watching
}

// work is what is done on a stack.
type work struct {
	// decider is the reconciler's alone. Nil: it is made from the rows.
	decider *operation.Decider
	// flying are the calls under way, and results what has become of those that have ended. The mutex of the controller is theirs.
	flying  map[string]*call // by incarnation
	results []result
}

// result is what a call has come to.
type result struct {
	call  *call
	value operation.Result
}

// workers is how many stacks are decided about at once.
const workers = 4

// mostOfStack is how many resources of a stack are made at once, not counting those that only have to get stable.
const mostOfStack = 16

// New makes a controller. It collects stacks from now on, and works on them once it runs.
func New(o Options) *Controller {
	c := &Controller{Options: o, stacks: map[string]*work{}}
	sources := cloudformation.OnOperations()
	if o.Alarms != nil {
		sources = append(sources, o.Alarms(c.watching.users)...)
	}
	c.loop = reconcile.New(reconcile.Options{
		Name: "stack", Clock: o.Clock, Log: o.Log, Watch: o.Store.Watch(0, sources...), Workers: workers, Reconcile: c.reconcile,
	})
	return c
}

// Run works on stacks until ctx ends, and returns its error. Calls under way end with ctx, and are made again by the next run. It
// is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.ctx = ctx
	err := c.loop.Run(ctx)
	c.running.Wait()
	return err
}

// Idle waits until there is nothing to do now. It does not wait for what comes later by the clock, and for no call any longer than for
// patience from its beginning on, in real time. It returns the error of ctx.
func (c *Controller) Idle(ctx context.Context, patience time.Duration) error {
	for {
		if err := c.loop.Idle(ctx); err != nil {
			return err
		}
		waited, err := c.calls.wait(ctx, patience)
		if err != nil || !waited {
			return err
		}
	}
}

// reconcile decides about a stack, writes it, and begins the calls that follow.
func (c *Controller) reconcile(_ context.Context, id string) (wake time.Time, err error) {
	w, results := c.take(id)
	if w == nil {
		return wake, nil
	}
	var stack *cloudformation.Stack
	err = c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, id)
		stack, err = c.decide(tx, id, w, results)
		return err
	})
	if err != nil { // what was decided is not so
		w.decider = nil
		return wake, fmt.Errorf("write what is decided about the stack %s: %w", id, err)
	}
	c.written(w, results)
	if w.decider == nil || w.decider.Over() {
		c.leave(id)
		return wake, nil
	}
	now := c.Clock.Now()
	for _, each := range w.decider.Calls(now, math.MaxInt) {
		c.begin(id, w, c.newCall(stack, each, now))
	}
	return w.decider.Wake(), nil
}

// decide makes one decision about a stack in a transaction. It returns nil where there is nothing to decide any more.
func (c *Controller) decide(tx *store.Tx, id string, w *work, results []result) (*cloudformation.Stack, error) {
	stack, op := cloudformation.StackAt(tx, id), cloudformation.FindOperation(tx, id)
	if stack == nil || op == nil {
		w.decider = nil
		if r := cloudformation.FindRequest(tx, id); r != nil { // it has come too late
			cloudformation.DeleteRequest(tx, r)
		}
		return nil, nil
	}
	now := c.Clock.Now()
	c.watching.begin(stack) // before the look at alarms: one that changes afterwards wakes the stack
	if w.decider == nil {
		w.decider = operation.New(operation.View{
			Stack: stack, Operation: op, Resources: cloudformation.AllResources(tx, id), Types: c.Types, ID: arn.NewUUID,
			Called: func(incarnation string) bool { return c.isFlying(w, incarnation) }, Most: mostOfStack, Pause: c.pause(op.Kind),
		})
	}
	if r := cloudformation.FindRequest(tx, id); r != nil {
		w.decider.Heed(r, now)
	}
	w.decider.Hear(cloudformation.NewSignals(tx, id), now)
	for _, each := range results {
		w.decider.Done(each.call.incarnation, each.value, now)
	}
	w.decider.Next(now, exports{tx, stack.Scope, c.InAlarm})
	changes := w.decider.Changes()
	if changes.None() {
		return stack, nil
	}
	if err := changes.Apply(tx, stack); err != nil {
		return nil, err
	}
	if c.Told != nil && len(changes.Events) > 0 {
		c.Told(tx, cloudformation.StackAt(tx, id), changes.Events)
	}
	return stack, nil
}

func (c *Controller) pause(kind cloudformation.Kind) time.Duration {
	if c.Pause == nil {
		return 0
	}
	return c.Pause(kind)
}

// exports are what a scope has in a transaction.
type exports struct {
	tx      *store.Tx
	scope   arn.Scope
	inAlarm func(tx *store.Tx, s arn.Scope, alarmARN string) (alarm, found bool)
}

func (e exports) InAlarm(alarmARN string) (alarm, found bool) {
	if e.inAlarm == nil {
		return false, true
	}
	return e.inAlarm(e.tx, e.scope, alarmARN)
}

func (e exports) Export(name string) *cloudformation.Export {
	return cloudformation.FindExport(e.tx, e.scope, name)
}

func (e exports) Importers(name string) []string {
	return cloudformation.Importers(e.tx, e.scope, name)
}

// take is the work on a stack and what calls have come to. It is nil without an operation.
func (c *Controller) take(id string) (*work, []result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.stacks[id]
	if w == nil {
		tx := c.Store.Read()
		if cloudformation.FindOperation(tx, id) == nil && cloudformation.FindRequest(tx, id) == nil {
			return nil, nil
		}
		w = &work{flying: map[string]*call{}}
		c.stacks[id] = w
	}
	return w, w.results
}

// written forgets results that are in the rows now. Others may have come meanwhile.
func (c *Controller) written(w *work, results []result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, each := range results {
		if w.flying[each.call.incarnation] == each.call {
			delete(w.flying, each.call.incarnation)
		}
	}
	w.results = w.results[len(results):]
}

// leave forgets the work on a stack. Calls under way are of no use any more.
func (c *Controller) leave(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, each := range c.stacks[id].flying {
		each.cancel()
	}
	delete(c.stacks, id)
	c.watching.end(id)
}

func (c *Controller) isFlying(w *work, incarnation string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return w.flying[incarnation] != nil
}
