package fault

import (
	"context"
	"errors"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// RunResolver implements backend.Resolvers, if the engine does.
func (e *Engine) RunResolver(ctx context.Context, network string) (address netip.Addr, stream io.ReadWriteCloser, err error) {
	engine, ok := e.Engine.(backend.Resolvers)
	if !ok {
		return netip.Addr{}, nil, errors.New("the engine runs no resolvers")
	}
	err = e.on(ctx, "", target{}, func(ctx context.Context) (err error) {
		address, stream, err = engine.RunResolver(ctx, network)
		return err
	})
	return address, stream, err
}
