package balancer

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// plainConn serves the plain requests of a client's connection in one goroutine, by itself:
// those of HTTP/1.1 that come whole in one read, alone, and with nothing in them that two
// readers could take for different things; see plainRequest.read. With the first one that is
// not, net/http gets the connection and all that follows. Most connections never have one,
// and what net/http does around each request costs more than the rest.
type plainConn struct {
	*clientConn
	door   *door
	ctx    context.Context // of its requests; ends when the client has gone
	cancel context.CancelFunc
	state  atomic.Int32 // of plainIdle to plainLeft
	far    atomic.Pointer[targetConn]

	buffer  [plainSize]byte
	since   time.Time // when the connection became idle
	readEnd time.Time // the deadline of reads
	request plainRequest
	writer  plainWriter

	watchTimer *time.Timer
	watchMu    sync.Mutex
	asking     bool          // a request is on its way
	watching   chan struct{} // closed when the watch has ended; nil if there is none
	said       [1]byte       // what the watch has read
	hasSaid    bool
}

// plainSize is how large a plain request may be, with its body.
const plainSize = 8 << 10

// A connection is idle, or has a request on its way, or the listener is done with it.
const (
	plainIdle int32 = iota
	plainBusy
	plainLeft
)

// watchAfter is how long a request is on its way until somebody looks whether its client is
// still there: most are answered before.
const watchAfter = 50 * time.Millisecond

// servePlain serves a client in HTTP/1 until it leaves, or net/http takes it.
func (d *door) servePlain(client *clientConn) {
	c := &plainConn{clientConn: client, door: d}
	c.ctx, c.cancel = context.WithCancel(withConn(d.balancer.ctx, client))
	defer c.cancel()
	defer context.AfterFunc(d.balancer.ctx, c.abort)()
	c.request.init(c.ctx, client.RemoteAddr().String())
	c.writer.conn = c
	if d.enter(c) {
		c.serveAll()
		d.exit(c)
	}
	if len(c.ahead) > 0 && c.ctx.Err() == nil {
		_ = client.SetReadDeadline(time.Time{})
		d.serve(client)
		return
	}
	_ = client.Close()
}

// serveAll serves one request after the other. A mistake of ours in one ends its connection
// alone, as it does in net/http.
func (c *plainConn) serveAll() {
	defer func() {
		if mistake := recover(); mistake != nil {
			c.door.balancer.options.Log.Error("a request could not be served", "err", mistake, "stack", string(debug.Stack()))
			c.abort()
		}
	}()
	for c.next() {
	}
}

// next serves one request. It returns false when there is none, and when it is not plain:
// then its bytes are ahead of the connection's.
func (c *plainConn) next() bool {
	n, err := c.await()
	if err != nil || !c.state.CompareAndSwap(plainIdle, plainBusy) {
		return false
	}
	if !c.request.read(c.buffer[:n]) {
		c.ahead = append([]byte(nil), c.buffer[:n]...)
		return false
	}
	c.watch()
	c.door.current.Load().serve(&c.writer, c.request.Request)
	again := c.writer.finish()
	c.endWatch()
	c.serving.Store(false)
	c.request.forget()
	return again && c.ctx.Err() == nil && c.state.CompareAndSwap(plainBusy, plainIdle)
}

// await reads a request, as far as it comes at once.
func (c *plainConn) await() (int, error) {
	have := 0
	if c.hasSaid {
		c.buffer[0], c.hasSaid, have = c.said[0], false, 1
	}
	c.since = time.Now()
	for {
		// A deadline that comes too early costs less than one that is set for each request.
		if end := c.since.Add(c.idle); c.idle > 0 && end.Sub(c.readEnd) > c.idle/4 {
			if err := c.SetReadDeadline(end); err != nil {
				return 0, err
			}
			c.readEnd = end
		}
		n, err := c.Conn.Read(c.buffer[have:])
		switch {
		case n > 0:
			return have + n, nil
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(c.since.Add(c.idle)):
			c.readEnd = time.Time{}
		case have > 0 && errors.Is(err, os.ErrDeadlineExceeded):
			return have, nil // net/http is patient with it
		default:
			return 0, err
		}
	}
}

// leave has the connection closed as soon as it has no request.
func (c *plainConn) leave() {
	for {
		switch {
		case c.state.CompareAndSwap(plainIdle, plainLeft):
			_ = c.Conn.Close()
			return
		case c.state.CompareAndSwap(plainBusy, plainLeft), c.state.Load() == plainLeft:
			return
		}
	}
}

// abort closes the connection, and what its request has to do with.
func (c *plainConn) abort() {
	c.cancel()
	_ = c.Conn.Close()
	if far := c.far.Swap(nil); far != nil {
		_ = far.Close()
	}
}

// lend notes the connection to a target that is to be closed when the client goes.
func (c *plainConn) lend(far *targetConn) error {
	c.far.Store(far)
	return c.ctx.Err()
}

// takeBack ends that, and returns false if the connection has been closed already.
func (c *plainConn) takeBack() bool { return c.far.Swap(nil) != nil }

// watch has the client watched if its request takes long.
func (c *plainConn) watch() {
	c.watchMu.Lock()
	c.asking = true
	c.watchMu.Unlock()
	if c.watchTimer == nil {
		c.watchTimer = time.AfterFunc(watchAfter, c.look)
	} else {
		c.watchTimer.Reset(watchAfter)
	}
}

// look waits until the client says something, which is for later, or goes.
func (c *plainConn) look() {
	c.watchMu.Lock()
	if !c.asking || c.watching != nil || c.hasSaid {
		c.watchMu.Unlock()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	ended := make(chan struct{})
	c.watching = ended
	c.watchMu.Unlock()
	defer close(ended)
	n, err := c.Conn.Read(c.said[:])
	switch {
	case n > 0:
		c.watchMu.Lock()
		c.hasSaid = true
		c.watchMu.Unlock()
	case !errors.Is(err, os.ErrDeadlineExceeded):
		c.abort()
	}
}

// endWatch returns when nobody reads from the client any more.
func (c *plainConn) endWatch() {
	c.watchTimer.Stop()
	c.watchMu.Lock()
	c.asking = false
	watching := c.watching
	c.watching = nil
	if watching != nil {
		c.readEnd = time.Time{}
		_ = c.SetReadDeadline(time.Unix(1, 0))
	}
	c.watchMu.Unlock()
	if watching != nil {
		<-watching
	}
}

// pass forwards a plain request, as proxy does others.
func (x *exchange) pass(w *plainWriter, r *http.Request) {
	r.RequestURI = cmp.Or(x.uri, r.RequestURI)
	x.complete(r, r.Header)
	answer, err := x.RoundTrip(r)
	if err != nil {
		x.failed(w, r, err)
		return
	}
	removeHopByHop(answer.Header)
	_ = x.modify(answer)
	w.pass(answer)
}

// askPlain is askHTTP1 for a request that is in the writer's connection as a whole.
func (x *exchange) askPlain(r *http.Request) (answer *http.Response, sent bool, err error) {
	c := x.plain.conn
	secure := x.pool.settings.protocol == "HTTPS"
	for {
		far, err := x.target.connect(c.ctx, x.balancer.options.Dial, secure, x.listener.settings.idle)
		if err != nil {
			return nil, false, err
		}
		if err = c.lend(far); err == nil {
			answer, err = c.exchange(far, r)
		}
		if err == nil {
			return answer, true, nil
		}
		_ = far.Close()
		c.far.Store(nil)
		if c.ctx.Err() != nil {
			return nil, true, c.ctx.Err()
		}
		if far.sent || !far.reused {
			return nil, far.sent, err
		}
	}
}

// exchange sends a request and reads the head of its answer.
func (c *plainConn) exchange(far *targetConn, r *http.Request) (*http.Response, error) {
	far.extend()
	writeHead(far.writer, r, r.RequestURI)
	_, _ = far.writer.Write(c.request.body)
	if err := far.writer.Flush(); err != nil {
		return nil, err
	}
	return c.writer.answer.read(far, r, &c.writer)
}
