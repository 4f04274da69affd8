package emulator

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// How long things are remembered. Source: ECS API reference: stopped tasks for
// about an hour. State itself bounds the number of stopped tasks, and says how long
// tokens and events stay. AWS keeps deleted task definitions for more than two minutes
// (ECS0030), and container instances for a while after they are deregistered (ECS
// developer guide); how long is a choice.
const (
	keepStoppedTasks       = time.Hour
	keepInactiveInstances  = time.Hour
	keepDeletedDefinitions = time.Hour
	keepTerminated         = time.Hour // Source: EC2 user guide, terminate an instance: about an hour
)

// retain forgets what is old enough, once a minute of the emulator's clock, until
// ctx ends. It works inside the clock's calls, so that Advance cannot run past it.
func (s *Server) retain(ctx context.Context) {
	s.clock.AfterFunc(clock.StampEvery, func() {
		s.retaining.Lock()
		defer s.retaining.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := s.forgetOld(s.clock.Now()); err != nil {
			s.opts.Log.Error("old tasks not forgotten", "error", err)
		}
		if err := s.sweepLogs(s.clock.Now()); err != nil {
			s.opts.Log.Error("old log events not removed", "error", err)
		}
		if now := time.Now(); now.Sub(s.stamped) >= clock.StampPause {
			s.stamped = now
			s.stamp()
		}
		s.retain(ctx)
	})
}

func (s *Server) forgetOld(now time.Time) error {
	return s.store.Update(func(tx *state.Tx) error {
		tx.ForgetStoppedTasks(now.Add(-keepStoppedTasks))
		tx.EndAgentUpdates(now)
		tx.ForgetContainerInstances(now.Add(-keepInactiveInstances))
		ec2.ForgetInstances(tx, now.Add(-keepTerminated))
		ec2.ForgetNATGateways(tx, now.Add(-ec2.NATGatewayShown))
		autoscaling.ForgetActivities(tx, now.Add(-autoscaling.KeepActivities))
		secretsmanager.Purge((*store.Tx)(tx), now)
		tx.ForgetClientTokens(now.Add(-state.KeepClientTokens))
		tx.ForgetServiceDeployments(now.Add(-state.KeepServiceDeployments))
		tx.ForgetEvents(now.Add(-state.KeepEvents))
		tx.SweepTaskDefinitions(now.Add(-keepDeletedDefinitions))
		return nil
	})
}
