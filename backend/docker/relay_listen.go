package docker

import (
	"net"
	"sync"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// backlog is how many connections wait for Accept.
const backlog = 128

// relayListener is what containers connect to.
type relayListener struct {
	relays *relays
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen implements backend.Relay. A new listener takes the place of the one before.
func (e *Engine) Listen() net.Listener {
	l := &relayListener{relays: e.relays, conns: make(chan net.Conn, backlog), closed: make(chan struct{})}
	e.relays.mu.Lock()
	e.relays.listener = l
	e.relays.mu.Unlock()
	if len(e.knownVPCs()) > 0 {
		e.beginRelay()
	}
	return l
}

// Accept implements net.Listener.
func (l *relayListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections that wait for Accept are closed.
func (l *relayListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	l.relays.mu.Lock()
	if l.relays.listener == l {
		l.relays.listener = nil
	}
	l.relays.mu.Unlock()
	for {
		select {
		case conn := <-l.conns:
			_ = conn.Close()
		default:
			return nil
		}
	}
}

// Addr implements net.Listener.
func (l *relayListener) Addr() net.Addr { return relayAddr{} }

type relayAddr struct{}

func (relayAddr) Network() string { return "tcp" }
func (relayAddr) String() string  { return net.JoinHostPort(backend.RelayName, relayPort) }

// receive takes the connections that the relay announces, until it ends.
func (e *Engine) receive(l *relayLink) {
	for {
		stream, err := l.session.AcceptStream()
		if err != nil {
			return
		}
		go e.admit(stream)
	}
}

// admit passes a connection on to who listens. One from elsewhere than the network of the
// owner at which it comes in, such as the engine's default bridge, is none of theirs.
func (e *Engine) admit(stream *yamux.Stream) {
	caller, err := tunnel.AwaitCaller(stream)
	if err == nil {
		if vpc, ours := e.networkAround(caller.At.Addr()); !ours || !vpc.subnet.Contains(caller.From.Addr()) {
			err = net.ErrClosed
		}
	}
	if err != nil {
		_ = stream.Reset()
		return
	}
	e.relays.mu.Lock()
	listener := e.relays.listener
	e.relays.mu.Unlock()
	if listener == nil {
		_ = stream.Reset()
		return
	}
	conn := tunnel.NewConn(stream, net.TCPAddrFromAddrPort(caller.At), net.TCPAddrFromAddrPort(caller.From))
	select {
	case listener.conns <- conn:
	case <-listener.closed:
		_ = stream.Reset()
		return
	}
	select {
	case <-listener.closed: // perhaps after Close had looked
		_ = conn.Close()
	default:
	}
}
