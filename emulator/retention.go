package emulator

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// How long things are remembered. Source: ECS API reference: stopped tasks for
// about an hour, RunTask's client tokens for 24 hours.
const (
	keepStoppedTasks = time.Hour
	keepClientTokens = 24 * time.Hour
	retentionEvery   = time.Minute
)

// retain forgets what is old enough, once a minute of the emulator's clock.
func (s *Server) retain(ctx context.Context) {
	for {
		if err := s.clock.Sleep(ctx, retentionEvery); err != nil {
			return
		}
		now := s.clock.Now()
		err := s.store.Update(func(tx *state.Tx) error {
			tx.ForgetStoppedTasks(now.Add(-keepStoppedTasks))
			tx.ForgetClientTokens(now.Add(-keepClientTokens))
			tx.SweepTaskDefinitions()
			return nil
		})
		if err != nil {
			s.opts.Log.Error("old tasks not forgotten", "error", err)
		}
	}
}
