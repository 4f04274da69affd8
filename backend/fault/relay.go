package fault

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Listen implements backend.Relay, if the engine does: else nothing ever connects.
func (e *Engine) Listen() net.Listener {
	if relay, ok := e.Engine.(backend.Relay); ok {
		return relay.Listen()
	}
	return &silentListener{port: backend.RelayPort, closed: make(chan struct{})}
}

// ListenMetadata implements backend.TaskMetadata, if the engine does: else nothing ever
// connects.
func (e *Engine) ListenMetadata() net.Listener {
	if metadata, ok := e.Engine.(backend.TaskMetadata); ok {
		return metadata.ListenMetadata()
	}
	return &silentListener{port: 80, closed: make(chan struct{})}
}

// PublishedPorts implements backend.Relay, if the engine does.
func (e *Engine) PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error) {
	relay, ok := e.Engine.(backend.Relay)
	if !ok {
		return nil, nil, nil
	}
	err = e.on(ctx, "", target{}, func(ctx context.Context) (err error) {
		tcp, udp, err = relay.PublishedPorts(ctx)
		return err
	})
	return tcp, udp, err
}

// SetPublished implements backend.Relay, if the engine does.
func (e *Engine) SetPublished(ctx context.Context, forwards []backend.PortForward) error {
	return e.on(ctx, "", target{}, func(ctx context.Context) error {
		relay, ok := e.Engine.(backend.Relay)
		switch {
		case ok:
			return relay.SetPublished(ctx, forwards)
		case len(forwards) > 0:
			return fmt.Errorf("port %d/%s is not published", forwards[0].Port, forwards[0].Protocol)
		}
		return nil
	})
}

// silentListener is one to which nothing connects.
type silentListener struct {
	port   int
	closed chan struct{}
	once   sync.Once
}

func (l *silentListener) Accept() (net.Conn, error) {
	<-l.closed
	return nil, net.ErrClosed
}

func (l *silentListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *silentListener) Addr() net.Addr { return &net.TCPAddr{Port: l.port} }
