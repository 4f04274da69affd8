package balancer

import (
	"bytes"
	"context"
	"fmt"
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

	mu   sync.Mutex
	head []byte // what has come since the last request, as far as it may be a head
}

// tlsInfo is what a target may be told about a client's TLS.
type tlsInfo struct{ version, cipher string }

const maxHead = 64 << 10

type clientConnKey struct{}

// withConn leaves the connection where handlers find it.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*clientConn); ok {
		return context.WithValue(ctx, clientConnKey{}, c)
	}
	return ctx
}

func (c *clientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		if len(c.head) < maxHead {
			c.head = append(c.head, p[:n]...)
		}
		c.mu.Unlock()
	}
	return n, err
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

// CloseWrite is for hijacked connections, which may be half closed.
func (c *clientConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}
