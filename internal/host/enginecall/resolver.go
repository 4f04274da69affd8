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

func (r resolvers) RunResolver(ctx context.Context, network string) (address netip.Addr, stream io.ReadWriteCloser, err error) {
	err = limitError(ctx, r.engine, "started", startTimeout, func(ctx context.Context) (err error) {
		address, stream, err = r.Resolvers.RunResolver(ctx, network)
		return err
	})
	return address, stream, err
}
