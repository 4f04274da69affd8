package loadbalancer

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// TaskTargets registers the tasks of services in their target groups, deregisters them, and
// tells them of their targets' health. The agent waits for the first two, the scheduler for
// the last.
type TaskTargets struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger

	once sync.Once
	loop *reconcile.Loop
}

// targetWorkers is how many tasks are looked after at once: each write waits for the disk,
// together with those of the others.
const targetWorkers = 8

// Run looks after tasks until ctx ends, and returns its error. It is called once.
func (c *TaskTargets) Run(ctx context.Context) error {
	c.init()
	return c.loop.Run(ctx)
}

// Idle waits until everything has been done about that changed so far.
func (c *TaskTargets) Idle(ctx context.Context) error {
	c.init()
	return c.loop.Idle(ctx)
}

func (c *TaskTargets) init() {
	c.once.Do(func() {
		c.loop = reconcile.New(reconcile.Options{
			Name: "targets of a task", Clock: c.Clock, Log: c.Log, Workers: targetWorkers, Reconcile: c.reconcile,
			Watch: c.Store.Watch(0, append(elbv2.WatchedOfTasks(), state.OnBalancedTasks())...),
		})
	})
}

// reconcile does what is due for a task, or has the tasks looked at that have targets in a group.
func (c *TaskTargets) reconcile(_ context.Context, id string) (never time.Time, err error) {
	if !elbv2.IsTargetGroup(id) {
		return never, c.settle(id)
	}
	for _, t := range elbv2.Targets(c.Store.Read(), id) {
		if t.Task != "" {
			c.loop.Pass(id, t.Task)
		}
	}
	return never, nil
}

// settle does what is due for a task.
func (c *TaskTargets) settle(taskARN string) error {
	if due(c.Store.Read(), taskARN) == nothing {
		return nil
	}
	return c.Store.Update(func(tx *state.Tx) error {
		c.loop.Causes(tx, taskARN)
		switch what, now := due(tx, taskARN), c.Clock.Now(); what {
		case registration:
			register(tx, state.FindTask(tx, taskARN), now)
		case deregistration:
			deregister(tx, state.FindTask(tx, taskARN), now)
		case withdrawal:
			drain(tx, state.FindTask(tx, taskARN), now)
		case news:
			t := state.FindTask(tx, taskARN)
			state.PutTaskTraffic(tx, taskARN, healthNow(tx, t))
		}
		return nil
	})
}

// step is what is due for a task.
type step int

const (
	nothing step = iota
	registration
	deregistration
	withdrawal // no load balancer sends it anything new
	news       // of the health of its targets
)

// due tells what is due for a task: its targets come when its containers run, and go when it
// shall stop, for any cause.
// Source: ECS developer guide, task lifecycle, ACTIVATING and DEACTIVATING.
func due(tx *state.Tx, taskARN string) step {
	t := state.FindTask(tx, taskARN)
	if t == nil || !t.Spec.Balanced() {
		return nothing
	}
	status := t.Status.LastStatus
	serves := status == state.Activating || status == state.Running
	gone := t.Traffic != nil && !t.Traffic.DeregisteredAt.IsZero()
	switch {
	case gone && t.Traffic.DrainedAt.IsZero() && withdrawnAll(tx, t):
		return withdrawal
	case gone:
		return nothing
	case t.Stop != nil && (t.Registered() || serves || status == state.Deactivating), t.Registered() && t.Ended():
		return deregistration
	case t.Stop == nil && serves && !t.Registered():
		return registration
	case t.Registered() && !slices.Equal(healthNow(tx, t).Targets, t.Traffic.Targets):
		return news
	default:
		return nothing
	}
}
