package sim

import (
	"net"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/datagram"
)

// datagramConn is the end of a client who sends datagrams to a port of a container. Its inbox
// is closed with the run of that.
type datagramConn struct {
	*datagram.Inbox
	engine  *Engine
	server  *container
	at      protocolPort
	local   *net.UDPAddr
	address net.Addr // that was dialled
}

// connectDatagrams connects a caller, who has dialled an address, to a port of a container. The
// lock is held.
func (c *container) connectDatagrams(port int, caller, address netip.AddrPort) net.Conn {
	if caller.Port() == 0 {
		caller = netip.AddrPortFrom(caller.Addr(), c.engine.vpcs.nextPort())
	}
	conn := &datagramConn{
		Inbox: datagram.NewInbox(), engine: c.engine, server: c, at: protocolPort{udp: true, port: port},
		local: net.UDPAddrFromAddrPort(caller), address: net.UDPAddrFromAddrPort(address),
	}
	c.keep(conn.Inbox)
	if c.plane != nil {
		if l := c.plane.packets[port]; l != nil {
			l.clients[caller] = conn
		}
	}
	return conn
}

// nextPort is the port of the next client: those of one address differ.
func (v *VPCs) nextPort() uint16 {
	const first, last = 32768, 60999
	if v.lastPort < first || v.lastPort >= last {
		v.lastPort = first - 1
	}
	v.lastPort++
	return v.lastPort
}

func (c *datagramConn) Read(b []byte) (int, error) {
	n, _, err := c.Take(b)
	return n, err
}

// Write sends a datagram. A scripted container has answered it when Write returns.
func (c *datagramConn) Write(b []byte) (int, error) {
	c.engine.mu.Lock()
	if c.Over() {
		c.engine.mu.Unlock()
		return 0, net.ErrClosed
	}
	if c.server.plane != nil {
		l := c.server.plane.packets[c.at.port]
		c.engine.mu.Unlock()
		if l != nil {
			l.Put(c.local, b)
		}
		return len(b), nil
	}
	server := servedAt(c.at, c.server.script.Serve)
	c.engine.write(c.server, false, strings.TrimSpace(string(b)))
	c.engine.mu.Unlock()
	answer := []byte(server.Body)
	if server.Datagram != nil {
		answer = server.Datagram(c.local.AddrPort(), b)
	}
	if answer != nil {
		c.Put(c.address, answer)
	}
	return len(b), nil
}

func (c *datagramConn) Close() error {
	c.engine.mu.Lock()
	delete(c.server.conns, c.Inbox)
	if c.server.plane != nil {
		if l := c.server.plane.packets[c.at.port]; l != nil {
			delete(l.clients, c.local.AddrPort())
		}
	}
	c.engine.mu.Unlock()
	return c.Inbox.Close()
}

func (c *datagramConn) LocalAddr() net.Addr  { return c.local }
func (c *datagramConn) RemoteAddr() net.Addr { return c.address }
