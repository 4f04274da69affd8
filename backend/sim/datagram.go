package sim

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// mostWaiting is how many datagrams wait to be read; more are lost, as datagrams may be.
const mostWaiting = 64

type datagram struct {
	from net.Addr
	data []byte
}

// inbox is where datagrams come in until it is closed.
type inbox struct {
	mu       sync.Mutex
	news     sync.Cond
	waiting  []datagram
	deadline time.Time
	alarm    *time.Timer // at the deadline
	closed   bool
}

func newInbox() *inbox {
	b := &inbox{}
	b.news.L = &b.mu
	return b
}

func (b *inbox) put(from net.Addr, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed && len(b.waiting) < mostWaiting {
		b.waiting = append(b.waiting, datagram{from, slices.Clone(data)})
		b.news.Broadcast()
	}
}

// take waits for one. What into has no room for is lost.
func (b *inbox) take(into []byte) (n int, from net.Addr, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case b.closed:
			return 0, nil, net.ErrClosed
		case !b.deadline.IsZero() && !time.Now().Before(b.deadline):
			return 0, nil, os.ErrDeadlineExceeded
		case len(b.waiting) > 0:
			d := b.waiting[0]
			b.waiting = b.waiting[1:]
			return copy(into, d.data), d.from, nil
		}
		b.news.Wait()
	}
}

func (b *inbox) SetReadDeadline(t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.alarm != nil {
		b.alarm.Stop()
		b.alarm = nil
	}
	if b.deadline = t; !t.IsZero() && !b.closed {
		b.alarm = time.AfterFunc(time.Until(t), b.wake)
	}
	b.news.Broadcast()
	return nil
}

func (b *inbox) SetDeadline(t time.Time) error    { return b.SetReadDeadline(t) }
func (b *inbox) SetWriteDeadline(time.Time) error { return nil } // nothing that is sent waits

func (b *inbox) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.news.Broadcast()
}

func (b *inbox) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.alarm != nil {
		b.alarm.Stop()
	}
	b.news.Broadcast()
	return nil
}

func (b *inbox) over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// datagramConn is the end of a client who sends datagrams to a port of a container. Its inbox
// is closed with the run of that.
type datagramConn struct {
	*inbox
	engine  *Engine
	server  *container
	at      protocolPort
	local   *net.UDPAddr
	address net.Addr // that was dialled
}

// connectDatagrams connects a caller, who has dialled an address, to a port of a container. The
// lock is held.
func (e *Engine) connectDatagrams(server *container, port int, caller, address netip.AddrPort) net.Conn {
	if caller.Port() == 0 {
		caller = netip.AddrPortFrom(caller.Addr(), e.nextPort())
	}
	c := &datagramConn{
		inbox: newInbox(), engine: e, server: server, at: protocolPort{udp: true, port: port},
		local: net.UDPAddrFromAddrPort(caller), address: net.UDPAddrFromAddrPort(address),
	}
	server.keep(c.inbox)
	if server.plane != nil {
		if l := server.plane.packets[port]; l != nil {
			l.clients[caller] = c
		}
	}
	return c
}

// nextPort is the port of the next client: those of one address differ.
func (e *Engine) nextPort() uint16 {
	const first, last = 32768, 60999
	if e.lastPort < first || e.lastPort >= last {
		e.lastPort = first - 1
	}
	e.lastPort++
	return e.lastPort
}

func (c *datagramConn) Read(b []byte) (int, error) {
	n, _, err := c.take(b)
	return n, err
}

// Write sends a datagram. A scripted container has answered it when Write returns.
func (c *datagramConn) Write(b []byte) (int, error) {
	c.engine.mu.Lock()
	if c.over() {
		c.engine.mu.Unlock()
		return 0, net.ErrClosed
	}
	if c.server.plane != nil {
		l := c.server.plane.packets[c.at.port]
		c.engine.mu.Unlock()
		if l != nil {
			l.put(c.local, b)
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
		c.put(c.address, answer)
	}
	return len(b), nil
}

func (c *datagramConn) Close() error {
	c.engine.mu.Lock()
	delete(c.server.conns, c.inbox)
	if c.server.plane != nil {
		if l := c.server.plane.packets[c.at.port]; l != nil {
			delete(l.clients, c.local.AddrPort())
		}
	}
	c.engine.mu.Unlock()
	return c.inbox.Close()
}

func (c *datagramConn) LocalAddr() net.Addr  { return c.local }
func (c *datagramConn) RemoteAddr() net.Addr { return c.address }
