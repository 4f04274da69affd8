// Package servicescheduler is the service scheduler: it keeps the desired count of services,
// rolls out their deployments, replaces what fails, and tells of it in service
// events. It writes tasks and the scheduler's part of services, nothing else; agents
// bring the tasks to life.
//
//	plan := servicescheduler.Decide(input) // pure: what shall be done now
//
// [Controller] decides on a snapshot each time a service or its counts change, and
// decides again inside the transaction that carries the plan out.
package servicescheduler

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/heeding"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// pause lets the changes of many tasks settle into one decision about their
// service; workers is how many services are decided about at the same time.
const (
	pause   = 3 * time.Millisecond
	workers = 4
)

// Options are what services are scheduled by.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// RefusedRole returns a role of a task definition that ECS cannot assume, empty if it
	// can assume all. Nil is an ECS that can assume any.
	RefusedRole func(tx *store.Tx, definition *types.TaskDefinition) string
	// MayShift reports whether ECS can assume the infrastructure role of a load balancer and shift the traffic of a service
	// with it. Nil is an ECS that can.
	MayShift func(serviceARN string, b *types.LoadBalancer) bool
	// MayLead is MayShift for the one call that changes a rule or a listener on the way. Nil is an ECS that can.
	MayLead func(serviceARN string, b *types.LoadBalancer, rule string) bool
	// Delays are the delays of AWS, or none.
	Delays observe.Delays
	// Outages are what there is no capacity of; nil is nothing. LookAgain follows their end.
	Outages *outage.Board
	// Quotas are those that accounts have; nil is the defaults. Rates hold back launches on Fargate; nil is
	// nothing.
	Quotas quota.Quotas
	Rates  *quota.Rates
	// Engines are those that run tasks; nil is one without a name.
	Engines *engineroom.Board
}

// Controller schedules the services of all accounts and regions. A service without
// anything to do costs it nothing but, if one is due, a timer. Make one with New.
type Controller struct {
	reconcile.Group
	Options
	services *reconcile.Loop
	waiting  waiting          // services that changes of container instances concern
	heeding  heeding.Services // services whose deployments concern others' rows
}

func New(opts Options) *Controller {
	c := &Controller{Options: opts}
	c.waiting.clusters, c.waiting.crowded = map[string]map[string]plan.Condition{}, map[string]map[string][]string{}
	instances := c.wakesServices("container instance", state.WatchContainerInstances(c.Store), c.concernedByInstance)
	room := c.wakesServices("room of a cluster", state.WatchRoom(c.Store), c.concernedByRoom)
	providers := c.wakesServices("capacity provider", c.Store.Watch(0, capacityprovider.On(providerChange)), c.concernedByProvider)
	c.services = reconcile.New(reconcile.Options{
		Name: "service", Clock: c.Clock, Log: c.Log, Watch: state.WatchServices(c.Store, pause, taskset.OnServices(), gateway.OnConditions()), Workers: workers,
		Reconcile: c.schedule,
	})
	heeds := append(append(cloudwatch.OnStates(), elbv2.OnRouting()...), elbv2.OnApplied(), servicediscovery.OnAcknowledgements())
	heeded := c.wakesServices("what a deployment heeds", c.Store.Watch(0, heeds...), c.heeding.Of)
	c.Group = reconcile.Group{instances, room, providers, heeded, c.services}
	if c.Quotas.LimitFargate() {
		c.Group = append(c.Group, c.wakesServices("vCPUs on Fargate", c.Store.Watch(0, state.OnFreedFargate()), c.concernedByVCPUs))
	}
	return c
}

// schedule has a service do what is due, and says when to look at it again.
func (c *Controller) schedule(_ context.Context, arn string) (time.Time, error) {
	do, err := c.reconcile(arn, c.Clock.Now)
	waits, zones, heeds := c.waiting.put(arn, do.Awaits), c.waiting.putCrowded(arn, do.Crowded), c.heeding.Put(arn, do.Heeds)
	if waits || zones || heeds {
		c.services.Wake(arn)
	}
	return do.WakeAt, err
}

// read gathers what a decision needs; ok is false when there is no such service.
func (c *Controller) read(tx *store.Tx, serviceARN string, now time.Time, chance placement.Chance) (in observe.Input, ok bool) {
	in, ok = observe.Read(tx, serviceARN, now, chance)
	in.Delays = c.Delays
	in.Quotas = c.Quotas
	scope := arn.ScopeOf(serviceARN)
	on := limits{c.Outages.View(), c.Rates.Bound(c.Quotas.Allowance(tx, scope), scope, now), c.Engines.View()}
	if ok && on != (limits{}) {
		in.Instances.On(on.engines.In(tx))
		bound(&in, tx, on)
	}
	if c.RefusedRole == nil {
		return in, ok
	}
	in.Roles = map[string]string{}
	for deployment, definition := range in.Definitions {
		in.Roles[deployment] = c.RefusedRole(tx, definition)
	}
	return in, ok
}

// reconcile decides about a service, and carries the plan out if there is something
// to do. It returns the plan, which says when to do so again though nothing has changed.
func (c *Controller) reconcile(serviceARN string, now func() time.Time) (*plan.Plan, error) {
	chance := placement.NewChance(rand.Uint64())
	in, ok := c.read(c.Store.Read(), serviceARN, now(), chance)
	if !ok {
		return &plan.Plan{}, nil
	}
	in.Probe = true
	asked := in.Service.Primary()
	roles := c.refusedRoles(asked, serviceARN) // once, as people see what was decided
	in.Rules.Refused = roles
	do := Decide(in)
	if len(do.Verbs) == 0 {
		return do, nil
	}
	roles = c.refusedToLead(&in, do.Verbs, roles)
	var refused error
	err := c.Store.Update(func(tx *store.Tx) error {
		c.services.Causes(tx, serviceARN)
		do = &plan.Plan{}
		in, ok := c.read(tx, serviceARN, now(), chance)
		if !ok {
			return nil
		}
		if primary := in.Service.Primary(); primary != nil && (asked == nil || primary.ID != asked.ID) { // an update has come between
			roles = c.refusedRoles(primary, serviceARN)
		}
		in.Rules.Refused = roles
		do = Decide(in)
		if c.Rates != nil { // it has what the plan was made by: others launch in transactions, too
			c.Rates.Launch(arn.ScopeOf(serviceARN), in.Now, tasksOnFargate(tx, in.Service, do.Verbs))
		}
		refused = apply(tx, in.Service, c.Engines.View(), do.Verbs, in.Now)
		return nil
	})
	if err != nil {
		return &plan.Plan{}, err
	}
	c.Log.Debug("scheduled service", "service", serviceARN, "verbs", len(do.Verbs))
	c.warnOfNoInstances(serviceARN, do.Verbs)
	return do, refused
}
