package backend

import (
	"context"
	"net"
)

// RelayName and RelayPort are where containers on the owner's networks reach this process,
// over a [Relay].
const (
	RelayName = "ecs-emulator"
	RelayPort = 4577
)

// RelayDataName is RelayName for requests to which SDKs put a prefix before the host: DiscoverInstances of Cloud Map.
const RelayDataName = "data-" + RelayName

// Relay is implemented by engines that can keep a container of their own on the owner's
// networks, which carries connections between them and this process. Isolated networks
// have it through the sandbox that routes them.
type Relay interface {
	// Listen returns the listener of connections that containers make to RelayPort of
	// RelayName, a name that the engine gives them. The relay is made with the first
	// network, and made again when it is gone, until the listener is closed.
	// RemoteAddr of a connection is the container's, or that of the sandbox that routes its
	// network. There is one listener at a time.
	Listen() net.Listener
	// PublishedPorts are the ports of the loopback address of the engine's host that
	// SetPublished can lead somewhere, in order. There are none where that address is this
	// process's own. The relay is made if need be. The ports stay the same as long as the
	// relay gets them again when it is made again; ask again after SetPublished refuses one.
	PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error)
	// SetPublished says where published ports lead. It replaces what was said before;
	// connections that are open stay where they are. It holds also for a relay that is made
	// again. It refuses a port that is not published.
	SetPublished(ctx context.Context, forwards []PortForward) error
}
