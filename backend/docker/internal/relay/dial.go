package relay

import (
	"context"
	"net"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// Dial connects through the relay, on the network that the engine knows under a name. If the relay has
// just ended, it connects through the next one.
func (r *Relay) Dial(ctx context.Context, dockerName string, to tunnel.Destination) (net.Conn, error) {
	vpc, err := r.Networks.Named(ctx, dockerName)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	for again := true; ; again = false {
		l, err := r.get(ctx)
		if err == nil {
			err = r.join(ctx, l, vpc)
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
func (l *link) dial(ctx context.Context, to tunnel.Destination) (net.Conn, error) {
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
