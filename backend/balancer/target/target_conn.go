package target

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Conn is a connection to a target in HTTP/1. net/http's Transport is not used for
// these: it asks again by itself when something has been sent, and leaves idle connections
// that a target has closed to the next request.
type Conn struct {
	net.Conn
	target    *Target
	alive     func() bool // whether an idle connection still is; see newLiveness
	Reader    *bufio.Reader
	Writer    *bufio.Writer
	left      int  // what may be read of a head; negative has no limit
	Sent      bool // something of the present request; its writer's alone
	Heard     bool // something of the present answer; its reader's alone
	Reused    bool
	idleSince time.Time

	idle   time.Duration // the load balancer's time-out
	end    atomic.Int64  // when the answer is to have ended, in nanoseconds since 1970; 0 is without end
	closed sync.Once
}

var errHeadTooLarge = errors.New("the target's header is larger than 32 KiB")

// Read reads within the limit of a head, if one is being read.
func (c *Conn) Read(p []byte) (int, error) {
	if c.left >= 0 && len(p) > c.left {
		if p = p[:c.left]; len(p) == 0 {
			return 0, errHeadTooLarge
		}
	}
	n, err := c.Conn.Read(p)
	c.Heard = c.Heard || n > 0
	if c.left >= 0 {
		c.left -= n
	}
	return n, err
}

// Write notes that the target may have seen something of the request.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if n > 0 {
		c.Sent = true
	}
	return n, err
}

// ReadResponse reads the header of an answer, and returns an error if it is too large.
func (c *Conn) ReadResponse(r *http.Request) (*http.Response, error) {
	c.left = maxAnswerHead - c.Reader.Buffered()
	answer, err := http.ReadResponse(c.Reader, r)
	c.left = -1
	return answer, err
}

// Close closes the connection.
func (c *Conn) Close() error {
	c.closed.Do(c.target.Group.Counts.Closed)
	return c.Conn.Close()
}

// Extend gives the connection the idle time-out from now on.
func (c *Conn) Extend() {
	until := time.Now().Add(c.idle)
	if end := c.end.Load(); end != 0 && end < until.UnixNano() {
		until = time.Unix(0, end)
	}
	_ = c.SetDeadline(until) // a closed connection says so when it is used
}

// End is when the present answer is to have ended, whatever comes of it; the zero time is without end.
func (c *Conn) End(at time.Time) {
	if at.IsZero() {
		c.end.Store(0)
	} else {
		c.end.Store(at.UnixNano())
	}
}

// Keep gives the connection back for the next request, or closes it if there is to be none.
func (c *Conn) Keep() { c.target.idle.put(c) }

// Connect returns a connection to the target that is idle, or a new one.
func (t *Target) Connect(ctx context.Context, dial dialer.Func, secure bool, patience, idle time.Duration) (*Conn, error) {
	if c := t.idle.take(); c != nil {
		c.Sent, c.Heard, c.Reused, c.idle = false, false, true, idle
		return c, nil
	}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := dial(within, "tcp", t.Address)
	if err != nil {
		t.refused(ctx)
		return nil, &dialer.Error{Cause: err}
	}
	c := &Conn{Conn: conn, target: t, alive: newLiveness(conn), idle: idle}
	if secure {
		inner := tls.Client(conn, tlspolicy.ToTargets)
		if err := inner.HandshakeContext(within); err != nil {
			_ = conn.Close()
			return nil, err
		}
		c.Conn = inner
	}
	t.Group.Counts.Opened()
	c.Reader, c.Writer = bufio.NewReaderSize(c, 4<<10), bufio.NewWriterSize(c, 4<<10)
	return c, nil
}

// refused counts a connection that the target did not take, unless it was the client that went.
func (t *Target) refused(ctx context.Context) {
	if ctx.Err() == nil {
		t.Group.Counts.ConnectionError()
	}
}

// idleConns are a target's connections without a request, the latest used last.
type idleConns struct {
	mu    sync.Mutex
	conns []*Conn
	sweep *time.Timer
}

// take returns the one used last that is still alive, or nil.
func (i *idleConns) take() *Conn {
	for {
		i.mu.Lock()
		n := len(i.conns)
		if n == 0 {
			i.mu.Unlock()
			return nil
		}
		c := i.conns[n-1]
		i.conns[n-1] = nil
		i.conns = i.conns[:n-1]
		i.mu.Unlock()
		if time.Since(c.idleSince) < dialer.IdleTime && c.alive() {
			return c
		}
		_ = c.Close()
	}
}

// put keeps a connection for the next request, or closes it if there is to be none.
func (i *idleConns) put(c *Conn) {
	c.idleSince = time.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	if c.target.retired.Load() { // looked at inside: closeAll comes after it is set
		_ = c.Close()
		return
	}
	i.conns = append(i.conns, c)
	if i.sweep == nil {
		i.sweep = time.AfterFunc(dialer.IdleTime, i.sweepOld)
	}
}

// sweepOld closes what has been idle for too long, or has been closed by the target.
func (i *idleConns) sweepOld() {
	i.mu.Lock()
	defer i.mu.Unlock()
	kept := i.conns[:0]
	for _, c := range i.conns {
		if time.Since(c.idleSince) < dialer.IdleTime && c.alive() {
			kept = append(kept, c)
		} else {
			_ = c.Close()
		}
	}
	clear(i.conns[len(kept):])
	if i.conns = kept; len(kept) > 0 {
		i.sweep.Reset(dialer.IdleTime)
	} else {
		i.sweep = nil
	}
}

func (i *idleConns) closeAll() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, c := range i.conns {
		_ = c.Close()
	}
	i.conns = nil
	if i.sweep != nil {
		i.sweep.Stop()
		i.sweep = nil
	}
}

// maxAnswerHead is the limit of a header of a target.
const maxAnswerHead = 32 << 10
