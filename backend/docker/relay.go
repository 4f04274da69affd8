package docker

import (
	"context"
	"net"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Listen implements backend.Relay.
func (e *Engine) Listen() net.Listener { return e.relay.Listen() }

// ListenMetadata implements backend.TaskMetadata.
func (e *Engine) ListenMetadata() net.Listener { return e.relay.ListenMetadata() }

// PublishedPorts implements backend.Relay.
func (e *Engine) PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error) {
	return e.relay.PublishedPorts(ctx)
}

// SetPublished implements backend.Relay.
func (e *Engine) SetPublished(ctx context.Context, forwards []backend.PortForward) error {
	return e.relay.SetPublished(ctx, forwards)
}
