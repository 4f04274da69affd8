package sim

import (
	"net"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/datagram"
)

// planePackets is an open UDP port of a load balancer.
type planePackets struct {
	*datagram.Inbox
	engine  *Engine
	of      *container
	port    int
	address net.Addr
	clients map[netip.AddrPort]*datagramConn // the engine's lock protects it
}

// listenPacketAs opens a UDP port of a load balancer, in the run that has a server.
func (e *Engine) listenPacketAs(c *container, of *control.Server, address string) (net.PacketConn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	port, err := c.opens(of, "udp", address)
	if err != nil {
		return nil, err
	}
	l := &planePackets{
		Inbox: datagram.NewInbox(), engine: e, of: c, port: port, clients: map[netip.AddrPort]*datagramConn{},
		address: &net.UDPAddr{IP: c.net.address.AsSlice(), Port: port},
	}
	c.plane.packets[port] = l
	return l, nil
}

func (l *planePackets) ReadFrom(b []byte) (int, net.Addr, error) { return l.Take(b) }

// WriteTo answers a client. One that has gone does not hear it.
func (l *planePackets) WriteTo(b []byte, to net.Addr) (int, error) {
	client, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, net.InvalidAddrError(to.String())
	}
	l.engine.mu.Lock()
	conn := l.clients[client.AddrPort()]
	l.engine.mu.Unlock()
	if conn != nil {
		conn.Put(l.address, b)
	}
	return len(b), nil
}

func (l *planePackets) Close() error {
	l.engine.mu.Lock()
	if l.of.plane.packets[l.port] == l {
		delete(l.of.plane.packets, l.port)
		delete(l.of.net.ports, protocolPort{udp: true, port: l.port})
	}
	l.engine.mu.Unlock()
	return l.Inbox.Close()
}

func (l *planePackets) LocalAddr() net.Addr { return l.address }
