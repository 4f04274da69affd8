package relay

import (
	"net"
	"slices"
	"strconv"
	"sync"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// backlog is how many connections wait for Accept.
const backlog = 128

// listener is what containers connect to, on one of the relay's ports.
type listener struct {
	relay  *Relay
	port   uint16
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen is what containers find as RelayName; see backend.Relay.
func (r *Relay) Listen() net.Listener { return r.listenAt(backend.RelayPort) }

// ListenMetadata is what containers find at TaskMetadataAddress; see backend.TaskMetadata. Sandboxes
// lead that address to MetadataPort of the relay.
func (r *Relay) ListenMetadata() net.Listener { return r.listenAt(MetadataPort) }

// MetadataPort is where the relay is asked for metadata, as the container agent is.
// Source: Amazon ECS container agent, which leads TaskMetadataAddress there.
const MetadataPort = 51679

// listenAt returns a listener of a port; it replaces the one before.
func (r *Relay) listenAt(port uint16) net.Listener {
	l := &listener{relay: r, port: port, conns: make(chan net.Conn, backlog), closed: make(chan struct{})}
	r.mu.Lock()
	r.listeners[port] = l
	r.mu.Unlock()
	if len(r.Networks.All()) > 0 {
		r.Begin()
	}
	return l
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections that wait for Accept are closed.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	l.relay.mu.Lock()
	if l.relay.listeners[l.port] == l {
		delete(l.relay.listeners, l.port)
	}
	l.relay.mu.Unlock()
	for {
		select {
		case conn := <-l.conns:
			_ = conn.Close()
		default:
			return nil
		}
	}
}

func (l *listener) Addr() net.Addr {
	if l.port == MetadataPort {
		return address(backend.TaskMetadataAddress + ":80")
	}
	return address(net.JoinHostPort(backend.RelayName, decimal(l.port)))
}

type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }

func decimal(port uint16) string { return strconv.Itoa(int(port)) }

// receive takes the connections that the relay announces, until it ends.
func (r *Relay) receive(l *link) {
	for {
		stream, err := l.session.AcceptStream()
		if err != nil {
			return
		}
		go r.admit(l, stream)
	}
}

// admits reports whether a connection may reach the listener: it has to come from the owner's network
// at whose address it came in. The engine's default bridge is none of these. The engine's host reaches the registry alone.
func (r *Relay) admits(l *link, caller tunnel.Caller) bool {
	vpc, ours := r.Networks.Around(caller.At.Addr())
	if caller.At.Port() == registryPort { // the engine publishes ports on any of the relay's networks
		return slices.Contains(l.gateways, caller.From.Addr()) || ours && caller.From.Addr() == vpc.Gateway
	}
	return ours && vpc.Subnet.Contains(caller.From.Addr())
}

// admit passes a connection on to the listener.
func (r *Relay) admit(l *link, stream *yamux.Stream) {
	caller, err := tunnel.AwaitCaller(stream)
	if err != nil || !r.admits(l, caller) {
		r.Log.Debug("relay refuses a connection", "from", caller.From, "at", caller.At, "error", err)
		_ = stream.Reset()
		return
	}
	listener := r.listenerAt(caller.At.Port())
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

// Listens reports whether this process listens for containers, at backend.RelayPort or MetadataPort.
func (r *Relay) Listens(port uint16) bool { return r.listenerAt(port) != nil }
