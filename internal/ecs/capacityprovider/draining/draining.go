// Package draining drains container instances before the Auto Scaling groups of capacity providers terminate them.
package draining

import (
	"context"
	"log/slog"
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

// New makes the loop that drains container instances that their Auto Scaling groups terminate, where managed draining
// has put its lifecycle hook: an instance is DRAINING, services move their tasks, and standalone tasks are waited for.
// It is terminated when all its tasks have stopped, at the latest after the hook's 48 hours.
//
// Source: ECS developer guide, managed instance draining.
func New(s *store.Store, clk *clock.Clock, log *slog.Logger) *reconcile.Loop {
	c := &controller{store: s, clock: clk}
	sources := append(autoscaling.Watched(), state.OnInstanceUsages(lastTaskGone), state.OnContainerInstances(deregistered))
	c.Loop = reconcile.New(reconcile.Options{
		Name: "managed draining", Clock: clk, Log: log, Watch: s.Watch(0, sources...), Reconcile: c.reconcile,
	})
	return c.Loop
}

// lastTaskGone wakes with the ARN of a container instance whose last task has stopped.
func lastTaskGone(before, after *state.InstanceUsage) []string {
	if before != nil && after != nil && before.Left > 0 && after.Left == 0 {
		return []string{after.ARN}
	}
	return nil
}

// deregistered wakes with the ARN of a container instance that is INACTIVE from now on: its tasks are no reason to
// wait any more. Its EC2 instance may be lost.
func deregistered(before, after *state.ContainerInstance) []string {
	if before != nil && after != nil && before.Status != after.Status && after.Status == state.InstanceInactive {
		return []string{after.ARN}
	}
	return nil
}

// reconcile drains the instances of a group, whose key it is or that of one of its container instances.
func (c *controller) reconcile(_ context.Context, key string) (again time.Time, err error) {
	tx := c.store.Read()
	if group := groupOf(tx, key); group == nil || len(waiting(tx, group)) == 0 {
		return time.Time{}, nil
	}
	err = c.store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		again = time.Time{}
		if g := groupOf(tx, key); g != nil {
			again = drain(tx, g, c.clock.Now())
		}
		return nil
	})
	return again, err
}

// groupOf returns the group with a key, or that of the container instance with an ARN, if it waits for its end;
// or nil. In which status the container instance is does not matter: users and faults change it as well.
func groupOf(tx *store.Tx, key string) *autoscaling.Group {
	if !arn.Is(key) {
		return autoscaling.GroupAt(tx, key)
	}
	c := state.FindContainerInstance(tx, key)
	if c == nil || c.EC2InstanceID == "" {
		return nil
	}
	m := autoscaling.FindMember(tx, c.Scope(), c.EC2InstanceID)
	if m == nil || !m.Leaves() {
		return nil
	}
	return autoscaling.FindGroup(tx, c.Scope(), m.Group)
}

// waiting are the instances of a group that wait for the end of their draining.
func waiting(tx *store.Tx, g *autoscaling.Group) []*autoscaling.Member {
	if autoscaling.FindLifecycleHook(tx, g, capacityprovider.DrainingHook) == nil {
		return nil
	}
	return autoscaling.Waiting(tx, g, capacityprovider.DrainingHook)
}

// drain drains the instances of a group that wait, and lets those go that have no task any more. It returns when
// the next heartbeat is due.
func drain(tx *store.Tx, g *autoscaling.Group, now time.Time) (again time.Time) {
	for _, m := range waiting(tx, g) {
		of := autoscaling.ActionOf{InstanceID: m.InstanceID}
		c := state.ContainerInstanceOf(tx, g.Scope, m.InstanceID)
		if c != nil && c.Status == state.InstanceActive {
			draining := *c
			draining.Status = state.InstanceDraining
			draining.DrainedAt, draining.DrainedBy = now, "managed draining of its capacity provider, as its Auto Scaling group terminates the instance"
			state.PutContainerInstance(tx, &draining, now)
		}
		if c == nil || state.FindInstanceUsage(tx, c.ARN).Left == 0 {
			autoscaling.CompleteLifecycleAction(tx, g, capacityprovider.DrainingHook, of, autoscaling.Continue)
			continue
		}
		beat := nextHeartbeat(m)
		if !now.Before(beat) {
			autoscaling.RecordHeartbeat(tx, g, capacityprovider.DrainingHook, of, now)
			beat = now.Add(heartbeatPause)
		}
		if again.IsZero() || beat.Before(again) {
			again = beat
		}
	}
	return again
}

// heartbeatPause is how often ECS has the hook wait for another heartbeat of 3600 seconds. That it does so is of
// field reports; how often is not published.
const heartbeatPause = 30 * time.Minute

func nextHeartbeat(m *autoscaling.Member) time.Time {
	for _, a := range m.Actions {
		if a.Hook == capacityprovider.DrainingHook && a.Result == "" {
			return a.HeartbeatAt.Add(heartbeatPause)
		}
	}
	return time.Time{}
}
