package hostport

import (
	"context"
	"net"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Mapping is a port that an owner wants to have on the user's loopback address.
type Mapping struct {
	Container     string // name; empty if the port is none of a container's
	ContainerPort int
	Protocol      types.TransportProtocol
	Leads         Target
	// Shared is the number under which the owners of a group have it one after the other;
	// 0 is none.
	Shared uint16
	// Own is the number for this owner alone, if that is free; 0 is any.
	Own uint16
}

// Target is where a port of the loopback address leads: a port of a sandbox, and its address.
type Target struct {
	// Engine is the one that the sandbox is on; nil is the one of the options.
	Engine  Dialer
	Sandbox string // id
	IP      netip.Addr
	Port    uint16
}

// Dialer is what Target needs of an engine: see backend.Engine.
type Dialer interface {
	Dial(ctx context.Context, network, sandboxID string, port int) (net.Conn, error)
}

func (t Target) addrPort() netip.AddrPort { return netip.AddrPortFrom(t.IP, t.Port) }

// portKey tells the ports of the loopback address apart.
type portKey struct {
	protocol types.TransportProtocol
	port     uint16
}
