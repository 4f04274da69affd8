package docker

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// dialTimeout bounds a direct connection: the address is on this machine, so a later answer is
// unlikely.
const dialTimeout = 3 * time.Second

// connectTimeout bounds a connection as a whole, with the making of the relay.
const connectTimeout = 30 * time.Second

// Dial implements backend.Engine. It connects to the sandbox's own address, as a
// load balancer does: what listens on the loopback address alone does not answer.
// Where the address is out of reach, the relay connects.
func (e *Engine) Dial(ctx context.Context, network, sandboxID string, port int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	sandbox, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	reachable, err := e.reachable(ctx)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	if !sandbox.IP.IsValid() {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ENETUNREACH}
	}
	to := tunnel.Destination{Network: network, Address: netip.AddrPortFrom(sandbox.IP, uint16(port))}
	switch {
	case network != "tcp" && network != "udp":
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
	case reachable:
		dialer := net.Dialer{Timeout: dialTimeout}
		return dialer.DialContext(ctx, network+"4", to.Address.String())
	}
	return e.relay.Dial(ctx, sandbox.Network, to)
}
