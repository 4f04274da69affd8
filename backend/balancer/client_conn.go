package balancer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clientConn is a client's connection that speaks HTTP/1, inside of TLS if there is any.
// It sees what net/http's server keeps to itself: heads as they were sent, and answers
// that the server gives without asking a handler. It also ends writes that stand still.
type clientConn struct {
	net.Conn
	began    time.Time
	idle     time.Duration
	tls      *tlsInfo
	serving  atomic.Bool            // a handler has been asked, and its answer is not yet out
	words    atomic.Pointer[[]byte] // the end of a status line to write instead of net/http's
	deadline time.Time              // of writes; the server's loop and handler alone write
	left     func()                 // to call when the handler of a connection that is no longer the server's returns

	mu      sync.Mutex
	head    []byte // what has come since the last request, as far as it may be a head
	reading bool   // something other than the watch over the client
	noBody  bool   // the rest of the request is not wanted
	shut    bool   // it has been left unread, and so is all that follows
}

// tlsInfo is what a target may be told about a client's TLS.
type tlsInfo struct{ version, cipher string }

// lingering is how long a client that is sending has to read its answer.
const lingering = 500 * time.Millisecond

const maxHead = 64 << 10

type clientConnKey struct{}

// withConn leaves the connection where handlers find it.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*clientConn); ok {
		return context.WithValue(ctx, clientConnKey{}, c)
	}
	return ctx
}

// Read reads for the server: a body or a head, or one byte to see whether the client is
// there, while a handler runs.
func (c *clientConn) Read(p []byte) (int, error) {
	watching := len(p) == 1
	c.mu.Lock()
	c.shut = c.shut || c.noBody && !watching
	shut := c.shut
	c.reading = !watching && !shut
	c.mu.Unlock()
	if shut {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	c.reading = false
	if len(c.head) < maxHead {
		c.head = append(c.head, p[:n]...)
	}
	c.mu.Unlock()
	return n, err
}

// readNoMore ends the reading of a request's body. If there was more of it, nothing is
// read from the connection again: it would be taken for another request.
func (c *clientConn) readNoMore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noBody = true
	if c.reading {
		c.shut = true
		_ = c.SetReadDeadline(time.Unix(1, 0))
	}
}

// begin and end stand around a handler.
func (c *clientConn) begin() { c.serving.Store(true) }

func (c *clientConn) end() {
	if c.left != nil {
		c.left()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noBody = false
	c.head = c.head[:0]
	if cap(c.head) > 4<<10 {
		c.head = nil
	}
}

// hasLength tells whether the head says Content-Length, which net/http drops beside
// Transfer-Encoding.
func (c *clientConn) hasLength() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	head, _, _ := bytes.Cut(c.head, []byte("\r\n\r\n"))
	for line := range bytes.Lines(head) {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(bytes.TrimSpace(name)), "Content-Length") {
			return true
		}
	}
	return false
}

func (c *clientConn) isOld(most time.Duration) bool {
	return most > 0 && time.Since(c.began) > most
}

// say has the next status line end in the balancer's words, if they are its own.
func (c *clientConn) say(code int) {
	if line, _ := phrase(code); line != http.StatusText(code) {
		words := fmt.Appendf(nil, "%d %s\r\n", code, line)
		c.words.Store(&words)
	}
}

func (c *clientConn) Write(p []byte) (int, error) {
	if now := time.Now(); c.idle > 0 && c.deadline.Sub(now) < c.idle*3/4 {
		c.deadline = now.Add(c.idle)
		if err := c.SetWriteDeadline(c.deadline); err != nil {
			return 0, err
		}
	}
	if !c.serving.Load() {
		if own := ownAnswer(p); own != nil {
			_, err := c.Conn.Write(own)
			return len(p), err
		}
	}
	if words := c.words.Load(); words != nil {
		c.words.Store(nil)
		return c.reword(p, *words)
	}
	return c.Conn.Write(p)
}

const version = len("HTTP/1.1 ")

// reword writes an answer with another end of its first line.
func (c *clientConn) reword(p, words []byte) (int, error) {
	end := bytes.IndexByte(p, '\n') + 1
	if end < version || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return c.Conn.Write(p)
	}
	_, err := c.Conn.Write(append(append(append(make([]byte, 0, len(p)+len(words)), p[:version]...), words...), p[end:]...))
	return len(p), err
}

// ownAnswer is the balancer's for one that the server gives by itself, as to a request
// that it cannot read; nil if it is none. All that is too large or wrong is a 400.
func ownAnswer(p []byte) []byte {
	if len(p) < version+3 || !bytes.HasPrefix(p, []byte("HTTP/1.")) || p[version] != '4' && p[version] != '5' {
		return nil
	}
	code := http.StatusBadRequest
	switch string(p[version : version+3]) {
	case "501":
		code = http.StatusNotImplemented
	case "505":
		code = http.StatusHTTPVersionNotSupported
	case "408":
		code = http.StatusRequestTimeout
	}
	line, _ := phrase(code)
	page := pageOf(code)
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nServer: awselb/2.0\r\nDate: %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		code, line, time.Now().UTC().Format(http.TimeFormat), len(page), page)
}

// Close lets a client that is still sending read its answer first: closing a connection
// with something unread in it would take the answer back.
func (c *clientConn) Close() error {
	c.mu.Lock()
	shut := c.shut
	c.mu.Unlock()
	if shut && c.CloseWrite() == nil {
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
