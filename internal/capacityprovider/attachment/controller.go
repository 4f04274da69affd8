// Package attachment puts what clusters attach to the Auto Scaling groups of their capacity providers.
package attachment

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Controller puts what clusters attach to the Auto Scaling groups of their capacity providers.
type Controller struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger

	once sync.Once
	loop *reconcile.Loop
}

// Run settles attachments until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.init()
	return c.loop.Run(ctx)
}

// Idle waits until everything is settled that changed so far.
func (c *Controller) Idle(ctx context.Context) error {
	c.init()
	return c.loop.Idle(ctx)
}

func (c *Controller) init() {
	c.once.Do(func() {
		c.loop = reconcile.New(reconcile.Options{
			Name: "cluster", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, state.OnClusters(unsettled)),
			Reconcile: func(_ context.Context, key string) (time.Time, error) { return time.Time{}, c.reconcile(key) },
		})
	})
}

// unsettled wakes with the ARN of a cluster whose attachments are to be settled.
func unsettled(_, after *state.Cluster) []string {
	if after != nil && capacityprovider.Unsettled(after) {
		return []string{after.ARN}
	}
	return nil
}

// reconcile settles the attachments of a cluster.
func (c *Controller) reconcile(key string) error {
	return c.Store.Update(func(tx *state.Tx) error {
		c.loop.Causes(tx, key)
		if cluster := state.FindCluster(tx, key); cluster != nil && capacityprovider.Unsettled(cluster) {
			capacityprovider.Settle(tx, cluster, c.Clock.Now())
		}
		return nil
	})
}
