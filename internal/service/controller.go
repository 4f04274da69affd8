// Package service is the service scheduler: it keeps the desired count of services,
// rolls out their deployments, replaces what fails, and tells of it in service
// events. It writes tasks and the scheduler's part of services, nothing else; agents
// bring the tasks to life.
//
//	plan := service.Decide(input) // pure: what shall be done now
//
// [Controller] decides on a snapshot each time a service or its counts change, and
// decides again inside the transaction that carries the plan out.
package service

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"golang.org/x/sync/errgroup"
)

// pause lets the changes of many tasks settle into one decision about their
// service; workers is how many services are decided about at the same time.
const (
	pause   = 3 * time.Millisecond
	workers = 4
)

// How long a service waits in real time that could not be written, which the disk
// decides about: twice as long each time.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Controller schedules the services of all accounts and regions. A service without
// anything to do costs it nothing but, if one is due, a timer.
type Controller struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// RefusedRole returns a role of a task definition that ECS cannot assume, empty if it
	// can assume all. Nil is an ECS that can assume any.
	RefusedRole func(tx *state.Tx, definition *types.TaskDefinition) string
	// Delays are those of AWS, or none.
	Delays Delays

	once  sync.Once
	watch *state.Watch
	// instances and room tell of container instances; waiting is whom that concerns.
	instances, room *state.Watch
	waiting         waiting

	mu      sync.Mutex
	timers  map[string]timer         // by service ARN
	retries map[string]time.Duration // how long those wait that could not be written
}

type timer struct {
	*clock.Timer
	due time.Time
}

// Run schedules services until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.init()
	defer c.watch.Close()
	defer c.instances.Close()
	defer c.room.Close()
	defer c.stopTimers()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.heed(ctx, c.instances, c.concernedByInstance) })
	group.Go(func() error { return c.heed(ctx, c.room, c.concernedByRoom) })
	for range workers {
		group.Go(func() error { return c.work(ctx) })
	}
	return group.Wait()
}

// Idle waits until all services have been decided about that changed so far.
func (c *Controller) Idle(ctx context.Context) error {
	c.init()
	for _, watch := range []*state.Watch{c.instances, c.room} {
		if err := watch.Idle(ctx); err != nil {
			return err
		}
	}
	return c.watch.Idle(ctx)
}

func (c *Controller) init() {
	c.once.Do(func() {
		c.instances, c.room = c.Store.WatchContainerInstances(), c.Store.WatchRoom()
		c.waiting.clusters = map[string]map[string]awaited{}
		c.watch = c.Store.WatchServices(pause)
		c.timers, c.retries = map[string]timer{}, map[string]time.Duration{}
	})
}

func (c *Controller) work(ctx context.Context) error {
	for {
		arn, err := c.watch.Next(ctx)
		if err != nil {
			return err
		}
		plan, err := c.reconcile(arn, c.Clock.Now)
		c.wakeAt(arn, plan.WakeAt)
		if c.waiting.put(arn, plan.awaits) {
			c.watch.Wake(arn)
		}
		c.retry(arn, err)
		c.watch.Done(arn)
	}
}

// retry has a service that could not be written looked at again after a pause.
func (c *Controller) retry(arn string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		delete(c.retries, arn)
		return
	}
	wait := min(max(firstRetry, 2*c.retries[arn]), lastRetry)
	c.retries[arn] = wait
	c.Log.Error("service not scheduled; it is tried again", "service", arn, "after", wait, "error", err)
	time.AfterFunc(wait, func() { c.watch.Wake(arn) })
}

// read gathers what a decision needs; ok is false when there is no such service.
func (c *Controller) read(tx *state.Tx, arn string, now time.Time, chance placement.Chance) (in Input, ok bool) {
	in, ok = read(tx, arn, now, chance)
	in.Delays = c.Delays
	if c.RefusedRole == nil {
		return in, ok
	}
	in.Roles = map[string]string{}
	for deployment, definition := range in.Definitions {
		in.Roles[deployment] = c.RefusedRole(tx, definition)
	}
	return in, ok
}

// reconcile decides about a service, and carries the plan out if there is something
// to do. It returns the plan, which says when to do so again though nothing has changed.
func (c *Controller) reconcile(arn string, now func() time.Time) (Plan, error) {
	chance := placement.NewChance(rand.Uint64())
	in, ok := c.read(c.Store.Read(), arn, now(), chance)
	if !ok {
		return Plan{}, nil
	}
	in.Probe = true
	plan := Decide(in)
	if len(plan.Verbs) == 0 {
		return plan, nil
	}
	err := c.Store.Update(func(tx *state.Tx) error {
		tx.CausedBy(c.watch, arn)
		plan = Plan{}
		in, ok := c.read(tx, arn, now(), chance)
		if !ok {
			return nil
		}
		plan = Decide(in)
		return apply(tx, in.Service, plan.Verbs, in.Now)
	})
	if err != nil {
		return Plan{}, err
	}
	c.Log.Debug("scheduled service", "service", arn, "verbs", len(plan.Verbs))
	c.warnOfNoInstances(arn, plan.Verbs)
	return plan, nil
}

// wakeAt sets the only timer of a service; zero is none.
func (c *Controller) wakeAt(arn string, due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, set := c.timers[arn]
	if set && old.due.Equal(due) {
		return
	}
	if set {
		old.Stop()
		delete(c.timers, arn)
	}
	if due.IsZero() {
		return
	}
	t := timer{due: due}
	t.Timer = c.Clock.AfterFunc(due.Sub(c.Clock.Now()), func() { c.ring(arn, due) })
	c.timers[arn] = t
}

func (c *Controller) ring(arn string, due time.Time) {
	c.mu.Lock()
	if t, set := c.timers[arn]; set && t.due.Equal(due) {
		delete(c.timers, arn)
	}
	c.mu.Unlock()
	c.watch.Wake(arn)
}

func (c *Controller) stopTimers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for arn, t := range c.timers {
		t.Stop()
		delete(c.timers, arn)
	}
}
