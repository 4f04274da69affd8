package resolver

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// How many connections there may be in all, and from one address. Beyond that, a new connection takes the place of the one
// that has been idle the longest: of all, or of its address.
const (
	mostClients   = 256
	mostOfAddress = 64
)

type clients struct {
	mu  sync.Mutex
	all map[*client]struct{}
}

// client is a connection. The lock of clients protects what changes.
type client struct {
	net.Conn
	all  *clients
	from netip.Addr
	busy bool // it waits for an answer
	idle time.Time
}

// enter adds a connection. It returns nil if there is no room and each connection that could make room is busy.
func (all *clients) enter(conn net.Conn) *client {
	from, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	c := &client{Conn: conn, all: all, from: from.Addr().Unmap(), idle: time.Now()}
	all.mu.Lock()
	defer all.mu.Unlock()
	ofAddress := func(other *client) bool { return other.from == c.from }
	if !all.makeRoom(mostOfAddress, ofAddress) || !all.makeRoom(mostClients, func(*client) bool { return true }) {
		return nil
	}
	all.all[c] = struct{}{}
	return c
}

// makeRoom ends a connection if there are as many as there may be, and reports whether there is room. The lock is held.
func (all *clients) makeRoom(most int, among func(*client) bool) bool {
	n, oldest := all.of(among)
	if n < most {
		return true
	}
	if oldest == nil {
		return false
	}
	delete(all.all, oldest)
	_ = oldest.Close()
	return true
}

// of counts connections, and finds the one of them that has been idle the longest. The lock is held.
func (all *clients) of(is func(*client) bool) (n int, oldest *client) {
	for c := range all.all {
		if !is(c) {
			continue
		}
		if n++; !c.busy && (oldest == nil || c.idle.Before(oldest.idle)) {
			oldest = c
		}
	}
	return n, oldest
}

// is notes whether the client waits for an answer.
func (c *client) is(busy bool) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.busy, c.idle = busy, time.Now()
}

// leave ends the connection.
func (c *client) leave() {
	_ = c.Close()
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	delete(c.all.all, c)
}
