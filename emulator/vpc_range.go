package emulator

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// rangeTime is how long CreateVpc waits for the engine to tell who has a range.
const rangeTime = time.Second

// warnOfRange says of a new VPC that no task can start in it, as long as something else has
// part of its range: users would learn it from their first task. The VPC is made anyway, as
// on AWS, where each VPC has its range to itself.
func (s *Server) warnOfRange(ctx context.Context, id string, cidr netip.Prefix) {
	engine, ok := s.engine.(backend.RangeChecker)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, rangeTime)
	defer cancel()
	if err := engine.RangeInUse(ctx, cidr); errors.Is(err, backend.ErrAddressInUse) {
		s.opts.Log.Warn("tasks in a new VPC cannot start: the engine's host has its range elsewhere; choose another one, or move what has it",
			"vpc", id, "range", cidr, "reason", err)
	}
}
