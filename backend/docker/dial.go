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

// dialTimeout bounds a direct connection: the address is on this machine, so an
// answer that has not come by then will not.
const dialTimeout = 3 * time.Second

// connectTimeout bounds what the engine has to do with a connection, which may be to make
// the relay.
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
	if !sandbox.ip.IsValid() {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ENETUNREACH}
	}
	to := tunnel.Destination{Network: network, Address: netip.AddrPortFrom(sandbox.ip, uint16(port))}
	switch {
	case network != "tcp" && network != "udp":
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
	case reachable:
		dialer := net.Dialer{Timeout: dialTimeout}
		return dialer.DialContext(ctx, network+"4", to.Address.String())
	}
	return e.dialOver(ctx, sandbox, to)
}

// dialOver connects through the relay, or through the next one when that has just ended.
func (e *Engine) dialOver(ctx context.Context, sandbox sandboxFacts, to tunnel.Destination) (net.Conn, error) {
	vpc, err := e.networks.Named(ctx, sandbox.network)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	for again := true; ; again = false {
		l, err := e.relay(ctx)
		if err == nil {
			err = e.joinRelay(ctx, l, vpc)
		}
		if err != nil && (l == nil || !l.session.IsClosed()) {
			return nil, dockerapi.Classify(err)
		}
		conn, err := l.dial(ctx, to)
		if err == nil || !again || ctx.Err() != nil || !l.session.IsClosed() {
			return conn, err
		}
	}
}

// dial has the relay connect.
func (l *relayLink) dial(ctx context.Context, to tunnel.Destination) (net.Conn, error) {
	remote := net.Addr(net.TCPAddrFromAddrPort(to.Address))
	if to.Network == "udp" {
		remote = net.UDPAddrFromAddrPort(to.Address)
	}
	stream, err := l.session.OpenStream(ctx)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: to.Network, Addr: remote, Err: err}
	}
	stop := context.AfterFunc(ctx, func() { _ = stream.Reset() })
	err = tunnel.Request(stream, to)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = stream.Reset()
		return nil, &net.OpError{Op: "dial", Net: to.Network, Addr: remote, Err: err}
	}
	// The relay's own address is of no concern to callers.
	if to.Network == "udp" {
		return tunnel.NewDatagramConn(tunnel.NewConn(stream, &net.UDPAddr{}, remote)), nil
	}
	return tunnel.NewConn(stream, &net.TCPAddr{}, remote), nil
}
