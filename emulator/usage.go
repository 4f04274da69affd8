package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/usage"
)

// newUsage samples what tasks use. Where CloudWatch Logs is left to the upstream, there are no performance log events.
func (s *Server) newUsage() *usage.Source {
	source := &usage.Source{Store: s.store, Log: s.opts.Log, Read: s.readUsage}
	if !s.opts.leaves("logs") {
		source.Events = usage.PerformanceLog{Store: s.logs}.Put
	}
	return source
}

func (s *Server) readUsage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	return s.currentAgent().Usage(ctx, ids)
}
