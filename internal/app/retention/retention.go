// Package retention forgets what AWS shows no more, a minute of the emulator's clock late at most.
package retention

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// How long things are remembered. Source: ECS API reference: stopped tasks for
// about an hour. State itself bounds the number of stopped tasks, and says how long
// tokens and events stay. AWS keeps deleted task definitions for more than two minutes
// (ECS0030), and container instances for a while after they are deregistered (ECS
// developer guide); how long, for capacity providers as well, is a choice.
const (
	keepStoppedTasks       = time.Hour
	keepInactiveInstances  = time.Hour
	keepDeletedDefinitions = time.Hour
	keepInactiveProviders  = time.Hour
	keepTerminated         = time.Hour // Source: EC2 user guide, terminate an instance: about an hour
)

// sweepLogsEvery is how often segments of logs go that no request sees any more: a choice.
const sweepLogsEvery = time.Hour

// forgetEvery is how long a change waits until it is looked at, and the least time between two looks.
const forgetEvery = time.Minute

// Keeper forgets what is old enough, and stamps the clock. While nothing gets old, the clock has no timer of it.
type Keeper struct {
	Store *store.Store
	Logs  *logs.Store
	Clock *clock.Clock
	Log   *slog.Logger

	working   sync.Mutex
	logsSwept time.Time

	mu    sync.Mutex
	ctx   context.Context // nil: it does not work
	timer *clock.Timer    // nil: nothing gets old
	due   time.Time       // when the timer is
	stamp *time.Timer
}

// Schedule has it work until ctx ends: a minute of the emulator's clock after a change, and when more gets old enough.
// It works inside the clock's calls, so that Advance cannot run past it.
func (k *Keeper) Schedule(ctx context.Context) {
	k.mu.Lock()
	k.ctx = ctx
	if k.timer != nil {
		k.timer.Stop()
		k.timer = nil
	}
	k.stamp = time.AfterFunc(k.Clock.UntilStamp(), func() { k.keepTime(ctx) })
	k.mu.Unlock()
	k.Changed()
}

// Changed has it look, because the store has changed.
func (k *Keeper) Changed() { k.lookIn(forgetEvery) }

func (k *Keeper) lookIn(wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ctx, due := k.ctx, k.Clock.Now().Add(wait)
	if ctx == nil || k.timer != nil && !due.Before(k.due) {
		return
	}
	if k.timer != nil {
		k.timer.Stop()
	}
	k.due, k.timer = due, k.Clock.AfterFunc(wait, func() { k.look(ctx) })
}

func (k *Keeper) look(ctx context.Context) {
	k.working.Lock()
	defer k.working.Unlock()
	if ctx.Err() != nil {
		return
	}
	k.mu.Lock()
	k.timer = nil
	k.mu.Unlock()
	again, ok, err := k.Forget(k.Clock.Now())
	if err != nil {
		k.Log.Error("cannot remove old tasks", "error", err)
		again, ok = 0, true
	}
	if ok {
		k.lookIn(max(again, forgetEvery))
	}
}

// keepTime stamps the clock, and removes old log events, in real time.
func (k *Keeper) keepTime(ctx context.Context) {
	k.working.Lock()
	defer k.working.Unlock()
	if ctx.Err() != nil {
		return
	}
	k.sweepLogs(k.Clock.Now())
	if err := k.Store.Stamp(); err != nil {
		k.Log.Error("cannot store the clock", "error", err)
	}
	k.Retime()
}

// SweepLogs is for when the clock has been advanced, in less real time than old log events wait for.
func (k *Keeper) SweepLogs() {
	k.working.Lock()
	defer k.working.Unlock()
	k.sweepLogs(k.Clock.Now())
}

// Retime is for when the speed of the clock has changed.
func (k *Keeper) Retime() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stamp.Reset(k.Clock.UntilStamp())
}

// Wait returns when what it does now is done.
func (k *Keeper) Wait() {
	k.working.Lock()
	defer k.working.Unlock()
}

// sweepLogs removes log events that are older than the retention of their group. No request sees
// them before, so it can take its time.
func (k *Keeper) sweepLogs(now time.Time) {
	if now.Sub(k.logsSwept) < sweepLogsEvery {
		return
	}
	k.logsSwept = now
	if err := k.Logs.Sweep(); err != nil {
		k.Log.Error("cannot remove old log events", "error", err)
	}
}

// Forget forgets the rows that are old enough at a time. Others get old enough after again, if ok.
func (k *Keeper) Forget(now time.Time) (again time.Duration, ok bool, err error) {
	err = k.Store.Update(func(tx *store.Tx) error {
		state.ForgetStoppedTasks(tx, now.Add(-keepStoppedTasks))
		state.EndAgentUpdates(tx, now)
		state.ForgetContainerInstances(tx, now.Add(-keepInactiveInstances))
		state.ForgetCapacityProviders(tx, now.Add(-keepInactiveProviders))
		ec2.ForgetInstances(tx, now.Add(-keepTerminated))
		ec2.ForgetNATGateways(tx, now.Add(-ec2.NATGatewayShown))
		autoscaling.ForgetActivities(tx, now.Add(-autoscaling.KeepActivities))
		cloudwatch.ForgetHistory(tx, now.Add(-cloudwatch.KeepHistory))
		applicationautoscaling.ForgetActivities(tx, now.Add(-applicationautoscaling.KeepActivities))
		eventbridgescheduler.ForgetGroups(tx, now)
		secretsmanager.Purge(tx, now)
		servicediscovery.ForgetOperations(tx, now.Add(-servicediscovery.KeepOperations))
		clienttoken.Forget(tx, now.Add(-clienttoken.Keep))
		state.ForgetServiceDeployments(tx, now.Add(-state.KeepServiceDeployments))
		outbox.Forget(tx, now.Add(-outbox.Keep))
		state.SweepTaskDefinitions(tx, now.Add(-keepDeletedDefinitions))
		again, ok = tx.Again()
		return nil
	})
	return again, ok, err
}
