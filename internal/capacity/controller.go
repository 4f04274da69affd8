// Package capacity brings EC2 instances about: it launches those that are wanted, has
// their container agents join clusters, and ends what is to end. It writes what an
// instance has reached and the container instance that it is, and asks for the stop of
// the tasks of what is gone; agents run the tasks.
//
//	plan := capacity.Decide(view) // pure: what shall be done now
//
// [Controller] decides each time an instance or its cluster changes, and again inside the
// transaction that carries the plan out.
package capacity

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"golang.org/x/sync/errgroup"
)

// workers is how many instances are decided about at the same time.
const workers = 4

// How long something waits in real time that could not be done, which the disk or the
// engine decides about: twice as long each time.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Addresses gives instances their addresses, which belong to the engine's networks.
type Addresses interface {
	ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error)
	ReleaseAddress(vpc string, address netip.Addr)
}

// Controller looks after the instances of all accounts and regions. One without anything
// to do costs it nothing but, if one is due, a timer.
type Controller struct {
	Store     *state.Store
	Clock     *clock.Clock
	Log       *slog.Logger
	Addresses Addresses
	// AgentAway reports whether somebody has the agent of an instance lose its connection,
	// and calls Wake when that changes. Nil is nobody.
	AgentAway func(scope arn.Scope, instanceID string) bool
	// Delays are those of AWS, or none.
	Delays Delays

	once  sync.Once
	watch *state.Watch

	alarms alarms
}

// Run looks after instances until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.init()
	defer c.watch.Close()
	defer c.alarms.stop()
	group, ctx := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() error { return c.work(ctx) })
	}
	return group.Wait()
}

// Idle waits until everything has been decided about that changed so far.
func (c *Controller) Idle(ctx context.Context) error {
	c.init()
	return c.watch.Idle(ctx)
}

// Wake has an instance looked at again: something has changed that no row tells.
func (c *Controller) Wake(scope arn.Scope, instanceID string) {
	c.init()
	c.watch.Wake((&ec2.Instance{Scope: scope, ID: instanceID}).Key())
}

func (c *Controller) init() {
	c.once.Do(func() {
		c.watch = c.Store.Watch(0, ec2.OnInstances(), state.OnClusters(activeClusters))
		c.alarms.clock, c.alarms.wake = c.Clock, c.watch.Wake
	})
}

// activeClusters wakes with the ARN of a cluster that instances may wait for.
func activeClusters(before, after *state.Cluster) []string {
	if after.Active() && !before.Active() {
		return []string{after.ARN}
	}
	return nil
}

func (c *Controller) work(ctx context.Context) error {
	for {
		key, err := c.watch.Next(ctx)
		if err != nil {
			return err
		}
		if strings.Contains(key, ":cluster/") {
			c.joinCluster(ctx, key)
		} else {
			c.look(ctx, key, key)
		}
		c.watch.Done(key)
	}
}

// joinCluster looks at the instances that a cluster was missing for.
func (c *Controller) joinCluster(ctx context.Context, clusterARN string) {
	for _, key := range ec2.InstancesToJoin(c.Store.Read(), clusterARN) {
		c.look(ctx, key, clusterARN)
	}
}

// look brings an instance forward as far as it goes; cause is what woke the controller.
func (c *Controller) look(ctx context.Context, key, cause string) {
	for {
		plan, err := c.reconcile(ctx, key, cause)
		c.alarms.set(key, plan.WakeAt)
		if ctx.Err() != nil {
			return
		}
		if wait := c.alarms.retry(key, err); wait > 0 {
			c.Log.Error("EC2 instance not brought about; it is tried again", "instance", arn.Name(key), "after", wait, "error", err)
		}
		if err != nil || plan.empty() {
			return
		}
	}
}
