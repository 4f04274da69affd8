// Package tasktraffic registers the tasks of services where requests find them, and deregisters them: in target
// groups. It is the one writer of Task.Traffic: the agent waits for that with the start and the stop of containers.
//
//	containers run → registered → RUNNING … Stop → deregistered → load balancers send it nothing new, and requests
//	under way have had their time (DrainedAt) → SIGTERM
package tasktraffic

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Options are what tasks are registered with.
type Options struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger
}

type controller struct {
	Options
	*reconcile.Loop
}

// workers is how many tasks are looked after at once: each write waits for the disk,
// together with those of the others.
const workers = 8

// New makes the loop.
func New(opts Options) *reconcile.Loop {
	c := &controller{Options: opts}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "traffic of a task", Clock: c.Clock, Log: c.Log, Workers: workers, Reconcile: c.reconcile,
		Watch: c.Store.Watch(0, append(elbv2.WatchedOfTasks(), state.OnTasksWithTraffic())...),
	})
	return c.Loop
}

// reconcile does what is due for a task, or has the tasks looked at that have targets in a group.
func (c *controller) reconcile(_ context.Context, id string) (never time.Time, err error) {
	if !elbv2.IsTargetGroup(id) {
		return never, c.settle(id)
	}
	for _, t := range elbv2.Targets(c.Store.Read(), id) {
		if t.Task != "" {
			c.Pass(id, t.Task)
		}
	}
	return never, nil
}

// settle does what is due for a task.
func (c *controller) settle(taskARN string) error {
	if due(c.Store.Read(), taskARN) == nothing {
		return nil
	}
	return c.Store.Update(func(tx *state.Tx) error {
		c.Causes(tx, taskARN)
		now := c.Clock.Now()
		what := due(tx, taskARN)
		if what == nothing {
			return nil
		}
		switch t := state.FindTask(tx, taskARN); what {
		case registration:
			register(tx, t, now)
		case deregistration:
			deregister(tx, t, now)
		case withdrawal:
			drain(tx, t, now)
		case news:
			state.PutTaskTraffic(tx, taskARN, current(tx, t))
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
	withdrawal // nothing sends it anything new
	news       // of the health of its targets
)

// due tells what is due for a task: it is registered when its containers run, and deregistered when it
// shall stop, for any cause.
// Source: ECS developer guide, task lifecycle, ACTIVATING and DEACTIVATING.
func due(tx *state.Tx, taskARN string) step {
	t := state.FindTask(tx, taskARN)
	if t == nil || !t.Spec.HasTraffic() {
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
	case t.Registered() && !slices.Equal(current(tx, t).Targets, t.Traffic.Targets):
		return news
	default:
		return nothing
	}
}
