package docker

import (
	"context"
	"fmt"
	"io"
	"net/netip"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// RunResolver implements backend.Resolvers. It uses the engine's stream to the container, as for load balancers.
func (e *Engine) RunResolver(ctx context.Context, network string) (netip.Addr, io.ReadWriteCloser, error) {
	vpc, err := e.networks.Get(ctx, network)
	if err != nil {
		return netip.Addr{}, nil, dockerapi.Classify(err)
	}
	if !vpc.Resolver {
		return netip.Addr{}, nil, fmt.Errorf("network %s was made without a resolver", network)
	}
	id, address, err := e.resolvers.Run(ctx, vpc)
	if err != nil {
		return netip.Addr{}, nil, dockerapi.Classify(err)
	}
	stream, err := e.client.Attach(ctx, id, client.ContainerAttachOptions{Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return netip.Addr{}, nil, dockerapi.Classify(err)
	}
	conn := dockerapi.NewAttached(stream)
	conn.Heard = func(text string) { e.log.Warn("the DNS server of a VPC says", "network", network, "text", text) }
	return address, conn, nil
}
