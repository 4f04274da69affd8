package fault

import (
	"context"
	"errors"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// RunResolver implements backend.Resolvers, if the engine does.
func (e *Engine) RunResolver(ctx context.Context, network string) (netip.Addr, io.ReadWriteCloser, error) {
	engine, ok := e.Engine.(backend.Resolvers)
	if !ok {
		return netip.Addr{}, nil, errors.New("the engine runs no resolvers")
	}
	type running struct {
		address netip.Addr
		stream  io.ReadWriteCloser
	}
	run, err := on(ctx, e, "", target{}, func(ctx context.Context) (run running, err error) {
		run.address, run.stream, err = engine.RunResolver(ctx, network)
		return run, err
	})
	return run.address, run.stream, err
}
