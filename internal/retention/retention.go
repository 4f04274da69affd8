// Package retention forgets what AWS shows no more, once a minute of the emulator's clock.
package retention

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/eventbridgescheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
	"github.com/ecs-emulator/ecs-emulator/internal/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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

// Keeper forgets what is old enough, and stamps the clock.
type Keeper struct {
	Store *state.Store
	Logs  *logs.Store
	Clock *clock.Clock
	Log   *slog.Logger

	working   sync.Mutex
	logsSwept time.Time
	stamped   time.Time // in real time
}

// Schedule has it work once a minute of the emulator's clock, until ctx ends. It works inside the
// clock's calls, so that Advance cannot run past it.
func (k *Keeper) Schedule(ctx context.Context) {
	k.Clock.AfterFunc(clock.StampEvery, func() {
		k.working.Lock()
		defer k.working.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := k.Forget(k.Clock.Now()); err != nil {
			k.Log.Error("cannot remove old tasks", "error", err)
		}
		if err := k.sweepLogs(k.Clock.Now()); err != nil {
			k.Log.Error("cannot remove old log events", "error", err)
		}
		if now := time.Now(); now.Sub(k.stamped) >= clock.StampPause {
			k.stamped = now
			if err := k.Store.Stamp(); err != nil {
				k.Log.Error("cannot store the clock", "error", err)
			}
		}
		k.Schedule(ctx)
	})
}

// Wait returns when what it does now is done.
func (k *Keeper) Wait() {
	k.working.Lock()
	defer k.working.Unlock()
}

// sweepLogs removes log events that are older than the retention of their group. No request sees
// them before, so it can take its time.
func (k *Keeper) sweepLogs(now time.Time) error {
	if now.Sub(k.logsSwept) < sweepLogsEvery {
		return nil
	}
	k.logsSwept = now
	if err := k.Logs.Sweep(); err != nil {
		return fmt.Errorf("remove old log events: %w", err)
	}
	return nil
}

// Forget forgets the rows that are old enough at a time.
func (k *Keeper) Forget(now time.Time) error {
	return k.Store.Update(func(tx *state.Tx) error {
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
		state.ForgetClientTokens(tx, now.Add(-state.KeepClientTokens))
		state.ForgetServiceDeployments(tx, now.Add(-state.KeepServiceDeployments))
		state.ForgetEvents(tx, now.Add(-state.KeepEvents))
		state.SweepTaskDefinitions(tx, now.Add(-keepDeletedDefinitions))
		return nil
	})
}
