package emulator

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/agent"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// claimPublicAddresses has public addresses lead to tasks, if that is asked for.
func (s *Server) claimPublicAddresses(ctx context.Context) error {
	if !s.opts.PublicAddresses {
		return nil
	}
	engine, ok := s.engine.(backend.PublicAddresser)
	if !ok {
		return errors.New("public addresses cannot lead to tasks: containers are simulated")
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ranges, err := engine.ClaimPublicAddresses(ctx, state.PublicRanges())
	if err != nil {
		return fmt.Errorf("public addresses cannot lead to tasks: %w", err)
	}
	s.public = agent.PublicAddresses{Engine: engine, Ranges: ranges}
	s.opts.Log.Info("public addresses lead to tasks", "ranges", ranges)
	return nil
}
