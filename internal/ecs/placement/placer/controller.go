// Package placer places the tasks that wait for container instances of capacity providers with managed
// scaling: the oldest first, as soon as there is room, which instances bring that come and tasks that
// end. A task that has waited for too long ends, and so does one that is stopped meanwhile.
//
//	plan := placer.Decide(input) // pure: what becomes of the tasks of a cluster now
//
// It alone ends a task's wait. The loop decides on a snapshot each time a cluster is woken, and
// again inside the transaction that carries the plan out, so that no task is placed twice.
package placer

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

type controller struct {
	*reconcile.Loop
	store   *store.Store
	clock   *clock.Clock
	engines *engineroom.Board
}

// New makes the loop that places the waiting tasks of all clusters. A cluster without any costs it a look into an
// index when there is more room in it. Nil engines are one without a name.
func New(s *store.Store, clk *clock.Clock, log *slog.Logger, engines *engineroom.Board) *reconcile.Loop {
	c := &controller{store: s, clock: clk, engines: engines}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "waiting tasks", Clock: clk, Log: log, Watch: state.WatchWaitingTasks(s), Reconcile: c.reconcile,
	})
	engines.OnChange(c.lookAgain)
	return c.Loop
}

// reconcile decides about the waiting tasks of a cluster, and carries the plan out if there is
// something to do. It returns when to do so again though nothing has changed; zero is never.
func (c *controller) reconcile(_ context.Context, cluster string) (time.Time, error) {
	chance := placement.NewChance(rand.Uint64())
	plan := c.decide(c.store.Read(), cluster, chance)
	if plan.changes() == 0 {
		return plan.WakeAt, nil
	}
	err := c.store.Update(func(tx *store.Tx) error {
		c.Causes(tx, cluster)
		plan = c.decide(tx, cluster, chance)
		apply(tx, plan, c.clock.Now())
		return nil
	})
	if err != nil {
		return time.Time{}, err
	}
	if plan.More {
		c.Wake(cluster)
	}
	return plan.WakeAt, nil
}

func (c *controller) decide(tx *store.Tx, cluster string, chance placement.Chance) Plan {
	waiting, row := state.AllWaitingTasks(tx, cluster), state.Clusters.Get(tx, cluster)
	if len(waiting) == 0 || row == nil {
		return Plan{}
	}
	pool := placement.NewPool(tx, row, chance)
	room := c.engines.View().In(tx)
	observe.ReserveDaemons(tx, pool, cluster, room)
	return Decide(Input{Waiting: waiting, Pool: pool, Demand: task.WaitingDemands(tx, room), Engines: room, Now: c.clock.Now()})
}

// lookAgain has the loop look at all tasks that wait for an engine: another one answers.
func (c *controller) lookAgain() {
	tx := c.store.Read()
	for _, cluster := range state.Clusters.All(tx) {
		if slices.ContainsFunc(state.AllWaitingTasks(tx, cluster.ARN), (*state.Task).WaitsForEngine) {
			c.Wake(cluster.ARN)
		}
	}
}

// apply carries out a plan that was made on the transaction's own view.
func apply(tx *store.Tx, p Plan, now time.Time) {
	for _, at := range p.Place {
		state.PlaceTask(tx, at.Task, at.At, now)
	}
	for _, e := range p.Explain {
		state.ExplainWaiting(tx, e.Task, e.Reason)
	}
	for _, e := range p.Expire {
		state.StopTask(tx, e.Task, state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: e.Reason, At: now})
		state.EndWaiting(tx, e.Task, now)
	}
	for _, end := range p.End {
		state.EndWaiting(tx, end, now)
	}
}
