package httpserver

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Bound keeps the clients of a server from taking all files that the process may have open: if there are
// more connections than most, or no file is left for one, the connection that has rested for the longest
// time is closed. One with a request, or one that was taken over as a WebSocket is, stays, unless its client has
// not read for a while what there is to write. With zero there is no bound.
func Bound(l net.Listener, server *http.Server, most int) net.Listener {
	if _, is := l.(*net.TCPListener); !is || most == 0 {
		return l
	}
	b := &bounded{Listener: l, most: most, patience: writePatience, resting: list.New(), at: map[net.Conn]*list.Element{}}
	server.ConnState = b.track
	return b
}

// writePatience is for how long a client may read nothing when others need its connection.
const writePatience = 30 * time.Second

type bounded struct {
	net.Listener
	most     int
	patience time.Duration

	mu      sync.Mutex
	open    int
	resting *list.List // of *conn, those that have rested longest first
	at      map[net.Conn]*list.Element
}

// conn is a connection that counts until it is closed.
type conn struct {
	*net.TCPConn
	bound *bounded
	once  sync.Once
	since time.Time // when the write began that is under way; zero is none. The lock of bound protects it
}

func (b *bounded) Accept() (net.Conn, error) {
	for {
		accepted, err := b.Listener.Accept()
		if err == nil {
			c := &conn{TCPConn: accepted.(*net.TCPConn), bound: b}
			b.admit()
			return c, nil
		}
		if !errors.Is(err, syscall.EMFILE) || !b.closeOldest() {
			return nil, err // net/http tries again after a while where that may help
		}
	}
}

// admit counts a connection, and closes others for it.
func (b *bounded) admit() {
	b.mu.Lock()
	b.open++
	over := b.open > b.most
	b.mu.Unlock()
	if over {
		b.closeOldest()
	}
}

// closeOldest closes the connection that has rested for the longest time, and reports whether there is one.
func (b *bounded) closeOldest() bool {
	oldest := b.oldest()
	return oldest != nil && oldest.Close() == nil
}

func (b *bounded) oldest() *conn {
	b.mu.Lock()
	defer b.mu.Unlock()
	for at := b.resting.Front(); at != nil; at = at.Next() {
		if c := at.Value.(*conn); time.Since(c.since) > b.patience {
			b.wake(c)
			return c
		}
	}
	return nil
}

// track notes which connections rest. A new one does until its first request has come.
func (b *bounded) track(c net.Conn, state http.ConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wake(c)
	if state == http.StateNew || state == http.StateIdle {
		b.at[c] = b.resting.PushBack(c)
	}
}

// wake notes that a connection does not rest. The lock is held.
func (b *bounded) wake(c net.Conn) {
	if at, rests := b.at[c]; rests {
		b.resting.Remove(at)
		delete(b.at, c)
	}
}

// Write implements net.Conn. Meanwhile the connection is among those that rest.
func (c *conn) Write(p []byte) (int, error) {
	c.bound.writes(c, time.Now())
	defer c.bound.writes(c, time.Time{})
	return c.TCPConn.Write(p)
}

// writes notes since when a connection writes; zero is that it does not.
func (b *bounded) writes(c *conn, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wake(c)
	if c.since = since; !since.IsZero() {
		b.at[c] = b.resting.PushBack(c)
	}
}

func (c *conn) Close() error {
	c.once.Do(func() {
		c.bound.mu.Lock()
		defer c.bound.mu.Unlock()
		c.bound.open--
		c.bound.wake(c)
	})
	return c.TCPConn.Close()
}
