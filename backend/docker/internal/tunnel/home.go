package tunnel

import (
	"context"
	"net"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
)

const (
	// HomeKey is the relay's variable with what a client of HomePort has to say first.
	HomeKey = "ECS_EMULATOR_RELAY_KEY"
	// HomePort is where the relay is connected to.
	HomePort = "51680"
)

// Direct begins a session with a relay at an address, past the engine. An error is that of an
// address that is out of reach, or of one that is not the relay's.
func Direct(ctx context.Context, address, key string) (*yamux.Session, error) {
	dialer := net.Dialer{Timeout: door.Timeout}
	conn, err := dialer.DialContext(ctx, "tcp4", address)
	if err != nil {
		return nil, err
	}
	if err := door.Knock(conn, key); err != nil {
		return nil, err
	}
	return Near(conn)
}

// Welcome is the other end of Direct.
func Welcome(conn net.Conn, key string) (*yamux.Session, error) {
	if err := door.Admit(conn, key); err != nil {
		return nil, err
	}
	return Far(conn)
}
