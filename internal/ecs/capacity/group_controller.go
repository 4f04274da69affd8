package capacity

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// GroupOptions are what groups are looked after with.
type GroupOptions struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Delays are the delays of AWS, or none.
	Delays GroupDelays
	// Outages are where nothing can be launched; nil is nowhere.
	Outages *outage.Board
	// Engines are what instances are on; nil is one without a name.
	Engines *engineroom.Board
}

// GroupController keeps the desired capacity of the Auto Scaling groups of all accounts and
// regions. One without anything to do costs it nothing but, if one is due, a timer. Make one with NewGroups.
type GroupController struct {
	*reconcile.Loop
	GroupOptions
	again atomic.Pointer[time.Time] // when an outage ended last; nil: none has
}

func NewGroups(opts GroupOptions) *GroupController {
	c := &GroupController{GroupOptions: opts}
	sources := append(autoscaling.Watched(), ec2.OnInstancesOf(func(i *ec2.Instance) []string {
		if i.Group == "" {
			return nil
		}
		return []string{autoscaling.GroupKey(i.Scope, i.Group)}
	}))
	c.Loop = reconcile.New(reconcile.Options{
		Name: "Auto Scaling group", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, sources...), Reconcile: c.reconcile,
	})
	return c
}

// LookAgain has all groups try again now what has failed, as an outage has ended.
func (c *GroupController) LookAgain() {
	now := c.Clock.Now()
	c.again.Store(&now)
	for _, g := range autoscaling.AllGroups(c.Store.Read()) {
		c.Wake(g.Key())
	}
}

// reconcile decides about a group, and carries the plan out if there is something to do. It
// returns when to do so again though nothing has changed; zero is never.
func (c *GroupController) reconcile(_ context.Context, key string) (time.Time, error) {
	v, ok := c.read(c.Store.Read(), key)
	if !ok {
		return time.Time{}, nil
	}
	plan := DecideGroup(v)
	if plan.empty() {
		return plan.WakeAt, nil
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		plan = GroupPlan{}
		if v, ok := c.read(tx, key); ok {
			plan = DecideGroup(v)
			applyGroup(tx, v, plan)
		}
		return nil
	})
	return plan.WakeAt, err
}
