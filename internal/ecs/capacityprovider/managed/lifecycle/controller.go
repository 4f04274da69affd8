package lifecycle

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options are what managed instances are looked after with.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Outages are outages of capacity; Engines are what instances are on, nil is one without a name.
	Outages *outage.Board
	Engines *engineroom.Board
	// Quotas bound how many container instances a cluster has; nil is the defaults.
	Quotas quota.Quotas
	// MayLaunch asks whether ECS may launch instances of a provider in its infrastructure role; nil: it may.
	MayLaunch func(p *capacityprovider.Provider) error
}

type controller struct {
	*reconcile.Loop
	Options
	loads loads
}

// New makes the loop that looks after the instances of all capacity providers of managed instances. A provider without instances and
// without tasks that wait costs it nothing.
func New(opts Options) *reconcile.Loop {
	c := &controller{Options: opts}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "managed instances", Clock: c.Clock, Log: c.Log, Reconcile: c.look,
		Watch: c.Store.Watch(0,
			capacityprovider.On(providerChange), managed.On(instanceChange), state.OnWaitingTasks(waits), state.OnContainerInstances(containerInstanceChange),
			state.OnInstanceUsages(usageChange), ec2.OnInstancesOf(func(i *ec2.Instance) []string {
				if i.Operator != operator {
					return nil
				}
				return []string{i.Key()}
			})),
	})
	return c.Loop
}

// What wakes: the ARN of a capacity provider or of a container instance, or the key of an EC2 instance.

func providerChange(before, after *capacityprovider.Provider) []string {
	if after == nil {
		after = before
	}
	if after.Managed == nil {
		return nil
	}
	return []string{after.ARN}
}

func instanceChange(before, after *managed.Instance) []string {
	if after == nil {
		after = before
	}
	return []string{after.Provider}
}

func waits(t *state.Task) []string {
	if t.Spec.LaunchType != types.LaunchTypeManagedInstances {
		return nil
	}
	return []string{t.Scope().CapacityProvider(t.Placement.CapacityProvider)}
}

func containerInstanceChange(before, after *state.ContainerInstance) []string {
	if after == nil || after.LaunchType != types.LaunchTypeManagedInstances ||
		before != nil && before.Status == after.Status && before.AgentConnected == after.AgentConnected && before.TakesTasks() == after.TakesTasks() {
		return nil
	}
	return []string{after.Scope().CapacityProvider(after.CapacityProvider)}
}

// usageChange wakes when a task has come or gone. Of which provider it was only the row of the container instance tells.
func usageChange(before, after *state.InstanceUsage) []string {
	if after == nil || before != nil && before.Left == after.Left {
		return nil
	}
	return []string{after.ARN}
}

// look decides about the capacity provider that a key concerns.
func (c *controller) look(_ context.Context, key string) (time.Time, error) {
	if provider := c.providerOf(key); provider != key {
		if provider != "" {
			c.Pass(key, provider)
		}
		return time.Time{}, nil
	}
	v, _, ok := c.read(c.Store.Read(), key)
	if !ok {
		return time.Time{}, nil
	}
	plan := Decide(v)
	if plan.empty() {
		return plan.WakeAt, nil
	}
	var failed error
	asked := len(plan.Launch) > 0 && c.MayLaunch != nil
	var denied error
	if asked {
		denied = c.MayLaunch(v.Provider)
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		v, room, ok := c.read(tx, key)
		if plan, failed = (Plan{}), nil; !ok {
			return nil
		}
		plan = Decide(v)
		switch {
		case len(plan.Launch) == 0 || c.MayLaunch == nil:
		case !asked: // something has changed since
			plan.Launch = nil
			plan.wake(v.Now)
		case denied != nil:
			plan.Launch, failed = nil, denied
		}
		if err := apply(tx, v, room, plan); err != nil {
			failed = err
		}
		return nil
	})
	if failed != nil && err == nil {
		c.Log.Warn("a managed instance cannot be launched", "capacityProvider", key, "reason", refusal(failed))
		return retryAt(v.Now, plan), nil
	}
	return plan.WakeAt, err
}

// providerOf is the ARN of the capacity provider that a key concerns; empty: of none.
func (c *controller) providerOf(key string) string {
	tx := c.Store.Read()
	switch {
	case strings.Contains(key, ":capacity-provider/"):
		return key
	case strings.Contains(key, ":container-instance/"):
		if i := state.FindContainerInstance(tx, key); i != nil && i.LaunchType == types.LaunchTypeManagedInstances {
			return i.Scope().CapacityProvider(i.CapacityProvider)
		}
	default:
		if i := managed.ByKey(tx, key); i != nil {
			return i.Provider
		}
	}
	return ""
}
