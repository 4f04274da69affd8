// Package tasktraffic registers the tasks of services where requests find them, and deregisters them: in target
// groups, and in services of Cloud Map, for the registry of their service and for its endpoints of Service Connect.
// It is the one writer of Task.Traffic: the agent waits for that with the start and the stop of containers.
//
//	containers run → registered → RUNNING … Stop → deregistered → load balancers, resolvers and proxies send it
//	nothing new, and requests under way have had their time (DrainedAt) → SIGTERM
package tasktraffic

import (
	"context"
	"log/slog"
	"strings"
	"time"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options are what tasks are registered with.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
}

type controller struct {
	Options
	*reconcile.Loop
	waiting waiting
}

// workers is how many tasks are looked after at once: each write waits for the disk,
// together with those of the others.
const workers = 8

func New(opts Options) *reconcile.Loop { return newController(opts).Loop }

func newController(opts Options) *controller {
	c := &controller{Options: opts}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "traffic of a task", Clock: c.Clock, Log: c.Log, Workers: workers, Reconcile: c.reconcile,
		Watch: c.Store.Watch(0, append(elbv2.WatchedOfTasks(), servicediscovery.OnAcknowledgements(), state.OnTasksWithTraffic())...),
	})
	return c
}

// reconcile does what is due for a task, or has the tasks looked at that something else concerns.
func (c *controller) reconcile(_ context.Context, id string) (wakeAt time.Time, err error) {
	switch {
	case elbv2.IsTargetGroup(id):
		for _, t := range elbv2.Targets(c.Store.Read(), id) {
			if t.Task != "" {
				c.Pass(id, t.Task)
			}
		}
	case strings.Contains(id, ":servicediscovery:"):
		for _, task := range c.waiting.of(id) {
			c.Pass(id, task)
		}
	default:
		return c.settle(id)
	}
	return time.Time{}, nil
}

// settle does what is due for a task, and returns when something is by itself.
func (c *controller) settle(taskARN string) (wakeAt time.Time, err error) {
	c.noteWaiting(taskARN) // first: nothing is acknowledged meanwhile that is not noted
	what, next := due(c.Store.Read(), taskARN, c.Clock.Now())
	if what == nothing {
		return next, nil
	}
	err = c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, taskARN)
		now := c.Clock.Now()
		if what, next = due(tx, taskARN, now); what == nothing {
			return nil
		}
		switch t := state.FindTask(tx, taskARN); what {
		case registration:
			register(tx, t, now)
		case deregistration:
			deregister(tx, t, now)
			_, next = due(tx, taskARN, now)
		case withdrawal:
			drain(tx, t, now)
		case news:
			tellHealth(tx, t)
			state.PutTaskTraffic(tx, taskARN, current(tx, t))
		}
		return nil
	})
	return next, err
}

// noteWaiting notes a task that waits for acknowledgements, and forgets one that does not. One that begins to wait, or
// does not any more, has changed, and is looked at again.
func (c *controller) noteWaiting(taskARN string) {
	if t := state.FindTask(c.Store.Read(), taskARN); t != nil && withdrawing(t) {
		c.waiting.note(t)
	} else {
		c.waiting.forget(taskARN)
	}
}

// step is what is due for a task.
type step int

const (
	nothing step = iota
	registration
	deregistration
	withdrawal // nothing sends it anything new
	news       // of its health, or of that of its targets
)

// due tells what is due for a task: it is registered when its containers run, and deregistered when it
// shall stop, for any cause. If nothing is, it tells when something will be by itself.
// Source: ECS developer guide, task lifecycle, ACTIVATING and DEACTIVATING.
func due(tx *store.Tx, taskARN string, now time.Time) (what step, wakeAt time.Time) {
	t := state.FindTask(tx, taskARN)
	if t == nil || !t.Spec.HasTraffic() {
		return nothing, wakeAt
	}
	status := t.Status.LastStatus
	serves := status == state.Activating || status == state.Running
	switch {
	case withdrawing(t):
		if patience := t.Traffic.DeregisteredAt.Add(listenerPatience); now.Before(patience) && !acknowledgedAll(tx, t) {
			return nothing, patience
		}
		if withdrawnAll(tx, t) {
			return withdrawal, wakeAt
		}
		return nothing, wakeAt
	case t.Traffic != nil && !t.Traffic.DeregisteredAt.IsZero():
		return nothing, wakeAt
	case t.Stop != nil && (t.Registered() || serves || status == state.Deactivating), t.Registered() && t.Ended():
		return deregistration, wakeAt
	case t.Stop == nil && serves && !t.Registered():
		return registration, wakeAt
	case t.Registered() && !same(current(tx, t), *t.Traffic):
		return news, wakeAt
	default:
		return nothing, wakeAt
	}
}

// withdrawing reports whether a task is deregistered, and may still be sent something new.
func withdrawing(t *state.Task) bool {
	return t.Traffic != nil && !t.Traffic.DeregisteredAt.IsZero() && t.Traffic.DrainedAt.IsZero()
}
