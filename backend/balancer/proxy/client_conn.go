package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// clientConn is a client's connection that speaks HTTP/1, inside of TLS if there is any.
// It sees what net/http's server keeps to itself: heads as they were sent, and answers
// that the server gives without asking a handler. It also ends writes that stand still.
type clientConn struct {
	net.Conn
	began   time.Time
	idle    time.Duration
	runtime *listener.Runtime // which counts the bytes of all long heads
	tls     *tlspolicy.Info
	connect bool // of a proxy of Service Connect
	speaks  preface
	serving atomic.Bool            // a handler has been asked, and its answer is not yet out
	words   atomic.Pointer[[]byte] // the end of a status line to write instead of net/http's
	wrote   atomic.Int64           // when the last piece of an answer began, in nanoseconds since 1970
	left    func()                 // to call when the handler of a connection that is no longer the server's returns

	mu       sync.Mutex
	head     clientHead
	reserved int64         // of the bytes of long heads
	reading  bool          // something other than the watch over the client
	endless  bool          // the server sets no bound to reading
	expired  bool          // its bound has passed: it waits until nothing is read
	held     chan struct{} // closed when who is in awaitAnswer is to return
	noBody   bool          // the rest of the request is not wanted
	shut     bool          // it has been left unread, and so is all that follows: where a request begins is not known
}

// halfClosed is how long a client that has closed its side waits for something of its answer. What
// AWS does is not known but for clients that go: 460, by its page of errors.
const halfClosed = time.Second

// lingering is how long a client that is sending has to read its answer.
const lingering = 500 * time.Millisecond

const maxHead = 64 << 10

type (
	clientConnKey struct{}
	beganKey      struct{}
)

// withConn leaves the connection where handlers find it, or when one in HTTP/2 began.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*clientConn); ok { // what speaks HTTP/2 is known with its first request
		return context.WithValue(ctx, clientConnKey{}, c)
	}
	return context.WithValue(ctx, beganKey{}, time.Now())
}

// Read reads for the server: a body or a head, or one byte to see whether the client is
// there, while a handler runs.
func (c *clientConn) Read(p []byte) (int, error) {
	if c.speaks.http2() {
		n, err := c.Conn.Read(p)
		c.counts().Bytes(n)
		return n, err
	}
	watching := len(p) == 1
	c.mu.Lock()
	c.shut = c.shut || c.noBody && !watching
	shut := c.shut
	c.reading = !watching && !shut
	if c.reading && c.endless {
		_ = c.Conn.SetReadDeadline(time.Now().Add(c.idle)) // a closed connection says so when it is read
	}
	c.mu.Unlock()
	if shut {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p)
	c.counts().Bytes(n)
	if watching && errors.Is(err, io.EOF) {
		err = c.awaitAnswer()
	}
	c.mu.Lock()
	c.reading = false
	if c.connect {
		c.speaks.hear(p[:n])
	}
	if c.head.take(p[:n]); n > 0 && !c.reserve() {
		c.shut = true
		n, err = 0, io.EOF // net/http closes the connection without a word
	}
	c.mu.Unlock()
	return n, err
}

// SetReadDeadline is the server's bound for heads, and for what it waits for between requests.
// For bodies it has none: each piece of them has the idle time.
func (c *clientConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endless, c.expired = t.IsZero(), !t.IsZero() && !t.After(time.Now())
	if c.expired {
		c.wake()
	}
	return c.Conn.SetReadDeadline(t)
}

// awaitAnswer leaves a client that has closed its side a moment for the answer: it may be one that
// has said all and still reads. One that has gone altogether looks the same.
func (c *clientConn) awaitAnswer() error {
	for since := time.Now().UnixNano(); ; {
		wait := time.Until(time.Unix(0, max(since, c.wrote.Load())).Add(halfClosed))
		if wait <= 0 {
			return io.EOF
		}
		held := make(chan struct{})
		c.mu.Lock()
		if c.held = held; c.expired {
			c.wake()
		}
		c.mu.Unlock()
		select {
		case <-held:
			return os.ErrDeadlineExceeded
		case <-time.After(wait):
		}
	}
}

// wake ends awaitAnswer. The lock is held.
func (c *clientConn) wake() {
	if c.held != nil {
		close(c.held)
		c.held = nil
	}
}

// SetDeadline is for hijacked connections: they are idle when both sides are.
func (c *clientConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endless = false
	return c.Conn.SetDeadline(t)
}

// readNoMore ends the reading of a request's body. If there was more of it, nothing is
// read from the connection again: it would be taken for another request.
func (c *clientConn) readNoMore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noBody = true
	if c.reading {
		c.shut = true
		_ = c.Conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// begin and end stand around a handler. begin returns false for what net/http had already read
// when the connection was given up.
func (c *clientConn) begin(r *http.Request) bool {
	c.serving.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut {
		return false
	}
	c.head.find(r)
	return c.reserve()
}

// rest follows the last byte of an answer, and of its request.
func (c *clientConn) rest() {
	c.serving.Store(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head.passed = c.head.after
}

// end gives the connection up after the last request.
func (c *clientConn) end(r *http.Request, last bool) {
	if c.left != nil {
		c.left()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noBody, c.shut = false, c.shut || last
	c.head.next(r)
}

// says tells which fields about a body the head has that net/http may have dropped.
func (c *clientConn) says() (length, encoding bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.head.length, c.head.encoding
}

// lines tells whether a header has more than one line, and whether a line ends with LF alone.
func (c *clientConn) lines() (folded, bare bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.head.folded, c.head.bare
}

// say has the next status line end in the balancer's words, if they are its own.
func (c *clientConn) say(code int) {
	if line, _ := phrase(code); line != http.StatusText(code) {
		words := fmt.Appendf(nil, "%d %s\r\n", code, line)
		c.words.Store(&words)
	}
}

func (c *clientConn) Write(p []byte) (int, error) {
	if c.speaks.http2() { // net/http's server has its own time for writing
		return c.write(p)
	}
	now := time.Now()
	c.wrote.Store(now.UnixNano())
	if err := c.SetWriteDeadline(now.Add(c.idle)); err != nil {
		return 0, err
	}
	if !c.serving.Load() {
		if c.isShut() {
			return 0, net.ErrClosed // an answer to what is no request
		}
		if code, own := ownAnswer(p, c.connect); own != nil {
			c.counts().Answered(code)
			_, err := c.write(own)
			return len(p), err
		}
	}
	if words := c.words.Load(); words != nil {
		c.words.Store(nil)
		return c.reword(p, *words)
	}
	return c.write(p)
}

// write counts before the client can have read it.
func (c *clientConn) write(p []byte) (int, error) {
	c.counts().Bytes(len(p))
	return c.Conn.Write(p)
}

// counts are the load balancer's, or those that count nothing.
func (c *clientConn) counts() *count.LoadBalancer {
	if c.runtime == nil {
		return nil
	}
	return c.runtime.Counts
}

const version = len("HTTP/1.1 ")

// reword writes an answer with another end of its first line.
func (c *clientConn) reword(p, words []byte) (int, error) {
	end := bytes.IndexByte(p, '\n') + 1
	if end < version || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return c.write(p)
	}
	_, err := c.write(append(append(append(make([]byte, 0, len(p)+len(words)), p[:version]...), words...), p[end:]...))
	return len(p), err
}

// ownAnswer is the balancer's for one that the server gives by itself, as to a request
// that it cannot read, with its status code; nil if it is none. All that is too large or wrong is a 400.
func ownAnswer(p []byte, connect bool) (code int, own []byte) {
	if len(p) < version+3 || !bytes.HasPrefix(p, []byte("HTTP/1.")) || p[version] != '4' && p[version] != '5' {
		return 0, nil
	}
	code = http.StatusBadRequest
	switch string(p[version : version+3]) {
	case "501":
		code = http.StatusNotImplemented
	case "505":
		code = http.StatusHTTPVersionNotSupported
	case "408":
		code = http.StatusRequestTimeout
	}
	if connect {
		return code, connectRefusal(code)
	}
	line, _ := phrase(code)
	page := pageOf(code)
	return code, fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nServer: awselb/2.0\r\nDate: %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		code, line, time.Now().UTC().Format(http.TimeFormat), len(page), page)
}

func (c *clientConn) isShut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shut
}

// Close lets a client that is still sending read its answer first: closing a connection
// with something unread in it would take the answer back.
func (c *clientConn) Close() error {
	c.mu.Lock()
	c.expired = true
	c.wake()
	c.forget()
	c.mu.Unlock()
	if c.isShut() && c.CloseWrite() == nil {
		_ = c.SetReadDeadline(time.Now().Add(lingering))
		_, _ = io.Copy(io.Discard, c.Conn)
	}
	return c.Conn.Close()
}

// CloseWrite is for hijacked connections, which may be half closed.
func (c *clientConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}
