package docker

import (
	"context"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// apiClient is the engine's client. The version of the API is agreed with the first
// answer; the calls here read it before they send anything, without a lock, so they
// wait until it stands. Others agree on it by themselves.
type apiClient struct {
	*endpoint.Client
	negotiated *lazy[struct{}]
}

// negotiate agrees on the version of the API, once.
func (c apiClient) negotiate(ctx context.Context) error {
	_, err := c.negotiated.get(ctx, func(ctx context.Context) (struct{}, error) {
		ping, err := c.Ping(ctx)
		if err == nil {
			c.NegotiateAPIVersionPing(ping)
		}
		return struct{}{}, err
	})
	return err
}

func (c apiClient) ContainerList(ctx context.Context, o container.ListOptions) ([]container.Summary, error) {
	if err := c.negotiate(ctx); err != nil {
		return nil, err
	}
	return c.Client.ContainerList(ctx, o)
}

func (c apiClient) NetworkList(ctx context.Context, o network.ListOptions) ([]network.Summary, error) {
	if err := c.negotiate(ctx); err != nil {
		return nil, err
	}
	return c.Client.NetworkList(ctx, o)
}

func (c apiClient) VolumeList(ctx context.Context, o volume.ListOptions) (volume.ListResponse, error) {
	if err := c.negotiate(ctx); err != nil {
		return volume.ListResponse{}, err
	}
	return c.Client.VolumeList(ctx, o)
}

func (c apiClient) Events(ctx context.Context, o events.ListOptions) (<-chan events.Message, <-chan error) {
	if err := c.negotiate(ctx); err != nil {
		failed := make(chan error, 1)
		failed <- err
		return nil, failed
	}
	return c.Client.Events(ctx, o)
}
