// Package attachment puts what clusters attach to the Auto Scaling groups of their capacity providers.
package attachment

import (
	"context"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type controller struct {
	*reconcile.Loop
	store *store.Store
	clock *clock.Clock
}

// New makes the loop that puts what clusters attach to the Auto Scaling groups of their capacity providers.
func New(s *store.Store, clk *clock.Clock, log *slog.Logger) *reconcile.Loop {
	c := &controller{store: s, clock: clk}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "cluster", Clock: clk, Log: log, Watch: s.Watch(0, state.OnClusters(unsettled)), Reconcile: c.reconcile,
	})
	return c.Loop
}

// unsettled wakes with the ARN of a cluster whose attachments are to be settled.
func unsettled(_, after *state.Cluster) []string {
	if after != nil && capacityprovider.Unsettled(after) {
		return []string{after.ARN}
	}
	return nil
}

// reconcile settles the attachments of a cluster.
func (c *controller) reconcile(_ context.Context, key string) (never time.Time, err error) {
	return never, c.store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		if cluster := state.Clusters.Get(tx, key); cluster != nil && capacityprovider.Unsettled(cluster) {
			capacityprovider.Settle(tx, cluster, c.clock.Now())
		}
		return nil
	})
}
