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
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// workers is how many instances are decided about at the same time.
const workers = 4

// Addresses gives instances their addresses, which belong to the engine's networks.
type Addresses interface {
	ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error)
	ReleaseAddress(vpc string, address netip.Addr)
}

// Options are what instances are looked after with.
type Options struct {
	Store     *store.Store
	Clock     *clock.Clock
	Log       *slog.Logger
	Addresses Addresses
	// AgentAway reports whether a fault disconnects the agent of an instance,
	// and calls Wake when that changes. Nil: no faults.
	AgentAway func(scope arn.Scope, instanceID string) bool
	// Silence reports whether the engine of a host does not answer, and whether for so long that the agents there are
	// disconnected. Who sees that change calls Wake. Nil: it always answers.
	Silence func(host string) (silent, long bool)
	// MayRegister asks whether the agent of an instance may register it in a cluster, by its ARN. Nil: each may.
	MayRegister func(ctx context.Context, i *ec2.Instance, cluster string) error
	// Initialize calls cfn-init on an instance, and returns the texts of files and commands. Nil: there are no stacks.
	Initialize func(ctx context.Context, i *ec2.Instance) ([]string, error)
	// Delays are the delays of AWS, or none.
	Delays Delays
	// Quotas are those that accounts have; nil is the defaults.
	Quotas quota.Quotas
}

// Controller looks after the instances of all accounts and regions. One without anything
// to do costs it nothing but, if one is due, a timer. Make one with New.
type Controller struct {
	*reconcile.Loop
	Options
}

func New(opts Options) *Controller {
	c := &Controller{Options: opts}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "EC2 instance", Clock: c.Clock, Log: c.Log, Workers: workers, Reconcile: c.look,
		Watch: c.Store.Watch(0, ec2.OnInstances(), state.OnClusters(activeClusters)),
	})
	return c
}

// Wake has an instance looked at again: something has changed that no row tells.
func (c *Controller) Wake(scope arn.Scope, instanceID string) {
	c.Loop.Wake((&ec2.Instance{Scope: scope, ID: instanceID}).Key())
}

// activeClusters wakes with the ARN of a cluster that instances may wait for.
func activeClusters(before, after *state.Cluster) []string {
	if after.Active() && !before.Active() {
		return []string{after.ARN}
	}
	return nil
}

// look brings an instance forward as far as it goes; or all those that a cluster was missing
// for, if key is its ARN.
func (c *Controller) look(ctx context.Context, key string) (time.Time, error) {
	if strings.Contains(key, ":cluster/") {
		for _, instance := range ec2.InstancesToJoin(c.Store.Read(), key) {
			c.Pass(key, instance)
		}
		return time.Time{}, nil
	}
	for {
		plan, err := c.reconcile(ctx, key)
		if err != nil || plan.empty() || ctx.Err() != nil {
			return plan.WakeAt, err
		}
	}
}
