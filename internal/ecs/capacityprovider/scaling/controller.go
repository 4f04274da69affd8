package scaling

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
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

// New makes the loop that scales the groups of the capacity providers with managed scaling that clusters have. Such a
// provider costs it a timer each minute, and any other one nothing.
func New(s *store.Store, clk *clock.Clock, log *slog.Logger) *reconcile.Loop {
	c := &controller{store: s, clock: clk}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "managed scaling", Clock: clk, Log: log, Reconcile: c.reconcile,
		Watch: s.Watch(0, capacityprovider.On(providerChange), state.OnClusters(clusterChange)),
	})
	return c.Loop
}

// providerChange wakes with the ARN of a capacity provider. Tasks and instances wake none: their minute does.
func providerChange(before, after *capacityprovider.Provider) []string {
	if after == nil {
		after = before
	}
	return []string{after.ARN}
}

// clusterChange wakes with those that a cluster has got or has no more.
func clusterChange(before, after *state.Cluster) (providers []string) {
	if before != nil && after != nil && before.Status == after.Status && slices.Equal(before.CapacityProviders, after.CapacityProviders) {
		return nil
	}
	for _, cluster := range []*state.Cluster{before, after} {
		if cluster != nil {
			for _, name := range cluster.CapacityProviders {
				providers = append(providers, arn.ScopeOf(cluster.ARN).CapacityProvider(name))
			}
		}
	}
	return providers
}

// reconcile decides about a capacity provider, and carries the plan out. It returns when to do so again.
func (c *controller) reconcile(_ context.Context, key string) (wakeAt time.Time, err error) {
	if capacityprovider.Providers.Find(c.store.Read(), arn.ScopeOf(key), arn.Name(key)) == nil {
		return time.Time{}, nil // one of Fargate
	}
	err = c.store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		wakeAt, err = scale(tx, key, c.clock.Now())
		return err
	})
	return wakeAt, err
}

// scale measures and scales, if a minute has ended.
func scale(tx *store.Tx, key string, now time.Time) (wakeAt time.Time, err error) {
	p := capacityprovider.Providers.Find(tx, arn.ScopeOf(key), arn.Name(key))
	row := capacityprovider.ManagedScalings.Get(tx, key)
	var clusters []*state.Cluster
	if p.Active() && p.Scales() {
		clusters = capacityprovider.ClustersWith(tx, p)
	}
	if len(clusters) == 0 {
		if row != nil {
			capacityprovider.ManagedScalings.Delete(tx, row)
		}
		return time.Time{}, nil
	}
	if row == nil || row.Cluster != clusters[0].ARN {
		row = &capacityprovider.ManagedScaling{CapacityProvider: key, Cluster: clusters[0].ARN, Since: now}
		capacityprovider.ManagedScalings.Put(tx, row)
	}
	g := capacityprovider.Group(tx, p)
	if g == nil {
		return now.Truncate(time.Minute).Add(time.Minute), nil
	}
	v, members := read(tx, p, g, row, now)
	plan := Decide(v)
	if plan.Point == nil {
		return plan.WakeAt, nil
	}
	if p.Protects() {
		protect(tx, v, members)
	}
	measured := row.WithPoint(*plan.Point)
	if plan.Cause != "" && plan.Desired > g.Desired {
		measured.ScaledOutAt = plan.Point.At
	}
	capacityprovider.ManagedScalings.Put(tx, &measured)
	if plan.Cause != "" {
		err = autoscaling.SetDesired(tx, g, plan.Desired, plan.Cause, now)
	}
	return plan.WakeAt, err
}

// protect has the instances with tasks protected from scale in, and the empty ones not: before the group
// chooses those that go. Of instances that got a task since, the group knows by itself.
func protect(tx *store.Tx, v View, members []*autoscaling.Member) {
	for n, m := range members {
		if work := v.Instances[n].Work; m.Protected != work {
			autoscaling.Protect(tx, m, work)
		}
	}
}
