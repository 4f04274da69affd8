package endpoint

import (
	"context"

	"github.com/moby/moby/client"
)

// Ping asks whether the engine is there.
func (c *Client) Ping(ctx context.Context, o client.PingOptions) (client.PingResult, error) {
	return c.endless.Ping(ctx, o)
}

func (c *Client) Info(ctx context.Context, o client.InfoOptions) (client.SystemInfoResult, error) {
	return c.endless.Info(ctx, o)
}

// Events tells what happens on the engine.
func (c *Client) Events(ctx context.Context, o client.EventsListOptions) client.EventsResult {
	return c.endless.Events(ctx, o)
}

// ContainerLogs reads the output of a container.
func (c *Client) ContainerLogs(ctx context.Context, id string, o client.ContainerLogsOptions) (client.ContainerLogsResult, error) {
	return c.endless.ContainerLogs(ctx, id, o)
}

func (c *Client) ContainerStop(ctx context.Context, id string, o client.ContainerStopOptions) (client.ContainerStopResult, error) {
	return c.long.ContainerStop(ctx, id, o)
}

func (c *Client) ImagePull(ctx context.Context, ref string, o client.ImagePullOptions) (client.ImagePullResponse, error) {
	return c.long.ImagePull(ctx, ref, o)
}
