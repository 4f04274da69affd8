// Package scheduler is the service scheduler: it keeps the desired count of services,
// rolls out their deployments, replaces what fails, and tells of it in service
// events. It writes tasks and the scheduler's part of services, nothing else; agents
// bring the tasks to life.
//
//	plan := scheduler.Decide(input) // pure: what shall be done now
//
// [Controller] decides on a snapshot each time a service or its counts change, and
// decides again inside the transaction that carries the plan out.
package scheduler

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// pause lets the changes of many tasks settle into one decision about their
// service; workers is how many services are decided about at the same time.
const (
	pause   = 3 * time.Millisecond
	workers = 4
)

// Controller schedules the services of all accounts and regions. A service without
// anything to do costs it nothing but, if one is due, a timer.
type Controller struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// RefusedRole returns a role of a task definition that ECS cannot assume, empty if it
	// can assume all. Nil is an ECS that can assume any.
	RefusedRole func(tx *state.Tx, definition *types.TaskDefinition) string
	// Delays are those of AWS, or none.
	Delays Delays
	// Outages are what there is no capacity of; nil is nothing. LookAgain follows their end.
	Outages *outage.Board

	once     sync.Once
	services *reconcile.Loop
	loops    reconcile.Group
	waiting  waiting // services that changes of container instances concern
}

// Run schedules services until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.init()
	return c.loops.Run(ctx)
}

// Idle waits until all services have been decided about that changed so far.
func (c *Controller) Idle(ctx context.Context) error {
	c.init()
	return c.loops.Idle(ctx)
}

func (c *Controller) init() {
	c.once.Do(func() {
		c.waiting.clusters = map[string]map[string]waitCondition{}
		instances := c.wakesServices("container instance", c.Store.WatchContainerInstances(), c.concernedByInstance)
		room := c.wakesServices("room of a cluster", c.Store.WatchRoom(), c.concernedByRoom)
		c.services = reconcile.New(reconcile.Options{
			Name: "service", Clock: c.Clock, Log: c.Log, Watch: c.Store.WatchServices(pause), Workers: workers,
			Reconcile: c.schedule,
		})
		c.loops = reconcile.Group{instances, room, c.services}
	})
}

// schedule has a service do what is due, and says when to look at it again.
func (c *Controller) schedule(_ context.Context, arn string) (time.Time, error) {
	plan, err := c.reconcile(arn, c.Clock.Now)
	if c.waiting.put(arn, plan.awaits) {
		c.services.Wake(arn)
	}
	return plan.WakeAt, err
}

// read gathers what a decision needs; ok is false when there is no such service.
func (c *Controller) read(tx *state.Tx, arn string, now time.Time, chance placement.Chance) (in Input, ok bool) {
	in, ok = read(tx, arn, now, chance)
	in.Delays = c.Delays
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
func (c *Controller) reconcile(arn string, now func() time.Time) (Plan, error) {
	chance := placement.NewChance(rand.Uint64())
	in, ok := c.read(c.Store.Read(), arn, now(), chance)
	if !ok {
		return Plan{}, nil
	}
	in.Probe = true
	plan := Decide(in)
	if len(plan.Verbs) == 0 {
		return plan, nil
	}
	err := c.Store.Update(func(tx *state.Tx) error {
		c.services.Causes(tx, arn)
		plan = Plan{}
		in, ok := c.read(tx, arn, now(), chance)
		if !ok {
			return nil
		}
		plan = Decide(in)
		return apply(tx, in.Service, plan.Verbs, in.Now)
	})
	if err != nil {
		return Plan{}, err
	}
	c.Log.Debug("scheduled service", "service", arn, "verbs", len(plan.Verbs))
	c.warnOfNoInstances(arn, plan.Verbs)
	return plan, nil
}
