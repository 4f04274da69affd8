// Package controller makes true what users ask of managed daemons: it starts their tasks on managed instances, has these take other
// tasks once these have started, asks for the replacement of instances, and leads deployments to their ends. What comes next
// package deployment decides, in the transaction that carries it out.
package controller

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	cw "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/deployment"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// workers is how many daemons and instances are looked at side by side.
const workers = 4

type controller struct {
	store *store.Store
	clock *clock.Clock
	loop  *reconcile.Loop
}

// New makes the loop. What wakes it: the ARN of a daemon, a container instance or a capacity provider.
func New(s *store.Store, clk *clock.Clock, log *slog.Logger) *reconcile.Loop {
	c := &controller{store: s, clock: clk}
	sources := append(daemon.Sources(), state.OnTasks(taskChange), state.OnContainerInstances(instanceChange), state.OnInstanceUsages(lessLeft),
		managed.On(func(before, after *managed.Instance) []string {
			if after == nil {
				after = before
			}
			return []string{after.Provider}
		}))
	sources = append(sources, cloudwatch.OnStatesOf(c.heeding)...)
	c.loop = reconcile.New(reconcile.Options{
		Name: "managed daemons", Clock: clk, Log: log, Watch: s.Watch(0, sources...), Workers: workers, Reconcile: c.reconcile,
	})
	return c.loop
}

// taskChange wakes the container instance of a daemon's task.
func taskChange(_, after *state.Task) []string {
	if after == nil || after.Spec.Daemon == "" {
		return nil
	}
	return []string{after.Placement.ContainerInstance}
}

func instanceChange(before, after *state.ContainerInstance) []string {
	if after == nil || after.LaunchType != types.LaunchTypeManagedInstances || before != nil && before.Status == after.Status {
		return nil
	}
	return []string{after.ARN}
}

// lessLeft wakes an instance of which a task is gone: daemons stop last.
func lessLeft(before, after *state.InstanceUsage) []string {
	if before == nil || after == nil || after.Left >= before.Left {
		return nil
	}
	return []string{after.ARN}
}

// heeding are the daemons whose deployments watch an alarm.
func (c *controller) heeding(alarm string) (daemons []string) {
	tx := c.store.Read()
	for _, d := range daemon.List(tx, arn.ScopeOf(alarm), "") {
		if newest := daemon.FindDeployment(tx, d.Deployment); newest != nil && len(alarms(newest)) > 0 && !daemon.Ended(newest.RolloutOf(tx).Status) {
			daemons = append(daemons, d.ARN)
		}
	}
	return daemons
}

func alarms(d *daemon.Deployment) []string {
	if a := d.Configuration.Alarms; a != nil && a.Enable {
		return a.AlarmNames
	}
	return nil
}

func (c *controller) reconcile(_ context.Context, key string) (time.Time, error) {
	switch {
	case strings.Contains(key, ":capacity-provider/"):
		tx := c.store.Read()
		for _, d := range daemon.List(tx, arn.ScopeOf(key), "") {
			if newest := daemon.FindDeployment(tx, d.Deployment); newest != nil && !daemon.Ended(newest.RolloutOf(tx).Status) {
				c.loop.Pass(key, d.ARN)
			}
		}
		for _, i := range managed.Instances(tx, key) { // one that is to go
			if on := state.ContainerInstanceOf(tx, i.Scope, i.ID); on != nil {
				c.loop.Pass(key, on.ARN)
			}
		}
		return time.Time{}, nil
	case strings.Contains(key, ":container-instance/"):
		return c.onInstance(key)
	}
	return c.rollOut(key)
}

// rollOut leads the deployments of a daemon on. Older ones end where there is a newer one.
func (c *controller) rollOut(key string) (wake time.Time, err error) {
	if idle(c.store.Read(), key) {
		return time.Time{}, nil
	}
	err = c.store.Update(func(tx *store.Tx) error {
		wake = time.Time{}
		d := daemon.Find(tx, key)
		if d == nil {
			return nil
		}
		c.loop.Causes(tx, key)
		for _, each := range daemon.Deployments(tx, d.ARN) {
			if !daemon.Ended(each.RolloutOf(tx).Status) {
				if at := c.proceed(tx, d, each); !at.IsZero() {
					wake = at
				}
			}
		}
		return nil
	})
	if err != nil {
		return wake, fmt.Errorf("deploy %s: %w", key, err)
	}
	tx := c.store.Read()
	for _, p := range daemon.Presences(tx, key) { // what they are to have may have changed
		if on := state.FindContainerInstance(tx, p.Instance); on != nil && on.Status == state.InstanceRegistering {
			c.loop.Pass(key, on.ARN)
		}
	}
	return wake, nil
}

// idle reports whether all deployments of a daemon have ended.
func idle(tx *store.Tx, key string) bool {
	d := daemon.Find(tx, key)
	if d == nil {
		return true
	}
	for _, each := range daemon.Deployments(tx, d.ARN) {
		if !daemon.Ended(each.RolloutOf(tx).Status) {
			return false
		}
	}
	return true
}

func (c *controller) proceed(tx *store.Tx, d *daemon.Daemon, each *daemon.Deployment) time.Time {
	before := each.RolloutOf(tx)
	v := deployment.View{
		Now: c.clock.Now(), Deployment: each, Rollout: *before, Superseded: d.Deployment != each.ARN,
		Target: daemon.FindRevision(tx, each.Target), Former: daemon.FindRevision(tx, each.Stable),
		Instances: instances(tx, d, each), Alarmed: alarmed(tx, d.Scope, alarms(each)),
	}
	plan := deployment.Next(v)
	for _, id := range plan.Drain {
		managed.AddDrain(tx, d.Scope, id, managed.Drain{Reason: managed.DaemonDeployment, By: each.ARN, At: v.Now, Replace: true})
	}
	for _, id := range plan.Keep {
		managed.RemoveDrain(tx, d.Scope, id, managed.DaemonDeployment, each.ARN)
	}
	if daemon.Ended(plan.Rollout.Status) {
		plan.Rollout.Counts = counts(tx, each)
	}
	if before.Status != plan.Rollout.Status {
		if before.StartedAt.IsZero() {
			daemon.AnnounceDeployment(tx, each, types.DaemonDeploymentStatusPending, each.CreatedAt)
		}
		daemon.AnnounceDeployment(tx, each, plan.Rollout.Status, v.Now)
	}
	if !same(before, &plan.Rollout) {
		daemon.PutRollout(tx, &plan.Rollout)
	}
	if plan.Gone {
		daemon.End(tx, d, v.Now)
	}
	return plan.WakeAt
}

// same reports whether there is nothing to write of what a decision changes.
func same(a, b *daemon.Rollout) bool {
	return a.Status == b.Status && a.BakesFrom.Equal(b.BakesFrom) && a.Back == b.Back && len(a.Triggered) == len(b.Triggered)
}

// instances are the registered ones of a deployment's capacity providers.
func instances(tx *store.Tx, d *daemon.Daemon, each *daemon.Deployment) (all []deployment.Instance) {
	for _, provider := range each.Providers {
		for _, i := range managed.Instances(tx, provider) {
			on := state.ContainerInstanceOf(tx, i.Scope, i.ID)
			if on == nil {
				continue
			}
			seen := deployment.Instance{
				ID: i.ID, Provider: provider, Presence: daemon.FindPresence(tx, on.ARN, d.ARN), Leaving: len(i.Drains) > 0, Drains: !i.DrainingAt.IsZero(),
			}
			for _, drain := range i.Drains {
				seen.Ours = seen.Ours || drain.Reason == managed.DaemonDeployment && drain.By == each.ARN
			}
			all = append(all, seen)
		}
	}
	return all
}

// alarmed are the alarms of some names that are in ALARM.
func alarmed(tx *store.Tx, scope arn.Scope, names []string) (in []string) {
	for _, name := range names {
		if is := cloudwatch.StandingOf(tx, (&cloudwatch.Alarm{Scope: scope, Name: name}).ARN()); is != nil && is.State == cw.StateValueAlarm {
			in = append(in, name)
		}
	}
	return in
}

// counts are where the revisions of a deployment are.
func counts(tx *store.Tx, d *daemon.Deployment) (all []daemon.Count) {
	for _, revision := range append([]string{d.Target}, d.Sources...) {
		for _, provider := range d.Providers {
			if c, is := daemon.Counts(tx, d.Daemon, revision)[provider]; is && revision != "" {
				all = append(all, c)
			}
		}
	}
	return all
}
