package docker

import (
	"net"
	"strconv"
	"sync"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// backlog is how many connections wait for Accept.
const backlog = 128

// relayListener is what containers connect to, on one of the relay's ports.
type relayListener struct {
	relays *relays
	port   uint16
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen implements backend.Relay.
func (e *Engine) Listen() net.Listener { return e.listenAt(backend.RelayPort) }

// ListenMetadata implements backend.TaskMetadata. Sandboxes lead TaskMetadataAddress to a port
// of the relay of its own.
func (e *Engine) ListenMetadata() net.Listener { return e.listenAt(metadataPort) }

// metadataPort is where the relay is asked for metadata, as the container agent is.
// Source: Amazon ECS container agent, which leads TaskMetadataAddress there.
const metadataPort = 51679

// listenAt returns the listener of a port, which takes the place of the one before.
func (e *Engine) listenAt(port uint16) net.Listener {
	l := &relayListener{relays: e.relays, port: port, conns: make(chan net.Conn, backlog), closed: make(chan struct{})}
	e.relays.mu.Lock()
	e.relays.listeners[port] = l
	e.relays.mu.Unlock()
	if len(e.networks.All()) > 0 {
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
	if l.relays.listeners[l.port] == l {
		delete(l.relays.listeners, l.port)
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
func (l *relayListener) Addr() net.Addr {
	if l.port == metadataPort {
		return relayAddr(backend.TaskMetadataAddress + ":80")
	}
	return relayAddr(net.JoinHostPort(backend.RelayName, decimal(l.port)))
}

// relayAddr is an address as containers have it.
type relayAddr string

func (relayAddr) Network() string  { return "tcp" }
func (a relayAddr) String() string { return string(a) }

func decimal(port uint16) string { return strconv.Itoa(int(port)) }

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

// admits reports whether a connection is for the listener. One from elsewhere than the network of the
// owner at which it comes in, such as the engine's default bridge, is not.
func (e *Engine) admits(caller tunnel.Caller) bool {
	vpc, ours := e.networks.Around(caller.At.Addr())
	return ours && vpc.Subnet.Contains(caller.From.Addr())
}

// admit passes a connection on to who listens.
func (e *Engine) admit(stream *yamux.Stream) {
	caller, err := tunnel.AwaitCaller(stream)
	if err != nil || !e.admits(caller) {
		_ = stream.Reset()
		return
	}
	listener := e.relays.listenerAt(caller.At.Port())
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
