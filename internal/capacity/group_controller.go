package capacity

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// GroupController keeps the desired capacity of the Auto Scaling groups of all accounts and
// regions. One without anything to do costs it nothing but, if one is due, a timer.
type GroupController struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Delays are those of AWS, or none.
	Delays GroupDelays

	once   sync.Once
	watch  *state.Watch
	alarms alarms
}

// Run looks after groups until ctx ends, and returns its error. It is called once.
func (c *GroupController) Run(ctx context.Context) error {
	c.init()
	defer c.watch.Close()
	defer c.alarms.stop()
	for {
		key, err := c.watch.Next(ctx)
		if err != nil {
			return err
		}
		wakeAt, err := c.reconcile(key)
		c.alarms.set(key, wakeAt)
		if wait := c.alarms.retry(key, err); wait > 0 {
			c.Log.Error("Auto Scaling group not looked after; it is tried again", "group", key, "after", wait, "error", err)
		}
		c.watch.Done(key)
	}
}

// Idle waits until everything has been decided about that changed so far.
func (c *GroupController) Idle(ctx context.Context) error {
	c.init()
	return c.watch.Idle(ctx)
}

func (c *GroupController) init() {
	c.once.Do(func() {
		sources := append(autoscaling.Watched(), ec2.OnInstancesOf(func(i *ec2.Instance) []string {
			if i.Group == "" {
				return nil
			}
			return []string{autoscaling.GroupKey(i.Scope, i.Group)}
		}))
		c.watch = c.Store.Watch(0, sources...)
		c.alarms.clock, c.alarms.wake = c.Clock, c.watch.Wake
	})
}

// reconcile decides about a group, and carries the plan out if there is something to do. It
// returns when to do so again though nothing has changed; zero is never.
func (c *GroupController) reconcile(key string) (time.Time, error) {
	v, ok := c.read(c.Store.Read(), key)
	if !ok {
		return time.Time{}, nil
	}
	plan := DecideGroup(v)
	if plan.empty() {
		return plan.WakeAt, nil
	}
	err := c.Store.Update(func(tx *state.Tx) error {
		tx.CausedBy(c.watch, key)
		plan = GroupPlan{}
		if v, ok := c.read(tx, key); ok {
			plan = DecideGroup(v)
			applyGroup(tx, v, plan)
		}
		return nil
	})
	return plan.WakeAt, err
}
