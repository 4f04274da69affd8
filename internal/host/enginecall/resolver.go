package enginecall

import (
	"context"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// resolvers are an engine's resolvers with deadlines.
type resolvers struct {
	backend.Resolvers
	engine timed
}

func (r resolvers) RunResolver(ctx context.Context, network string) (netip.Addr, io.ReadWriteCloser, error) {
	type running struct {
		address netip.Addr
		stream  io.ReadWriteCloser
	}
	run, err := limit(ctx, r.engine, "started", startTimeout, func(ctx context.Context) (run running, err error) {
		run.address, run.stream, err = r.Resolvers.RunResolver(ctx, network)
		return run, err
	})
	return run.address, run.stream, err
}
