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
	ahead    []byte                 // what has been read already; the server's reads alone take it
	left     func()                 // to call when the handler of a connection that is no longer the server's returns

	mu      sync.Mutex
	head    []byte // what has come since the last request, as far as it may be a head, and the end of it
	came    int64  // how much has come since the last request
	size    int    // of the present request's head, if it is known
	judged  bool   // so far is the present request, and what comes may be the next one's head at its end alone
	reading bool   // something other than the watch over the client
	noBody  bool   // the rest of the request is not wanted
	shut    bool   // it has been left unread, and so is all that follows
}

// tlsInfo is what a target may be told about a client's TLS.
type tlsInfo struct{ version, cipher string }

// lingering is how long a client that is sending has to read its answer.
const lingering = 500 * time.Millisecond

const (
	maxHead   = 64 << 10
	readAhead = 4 << 10 // what net/http's server may have read of the next request
)

var endOfHead = []byte("\r\n\r\n")

type (
	clientConnKey struct{}
	beganKey      struct{}
)

// withConn leaves the connection where handlers find it, or when one in HTTP/2 began.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*clientConn); ok {
		return context.WithValue(ctx, clientConnKey{}, c)
	}
	return context.WithValue(ctx, beganKey{}, time.Now())
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
	n, err := c.readAhead(p)
	c.mu.Lock()
	c.reading = false
	c.came += int64(n)
	c.keep(p[:n])
	c.mu.Unlock()
	return n, err
}

// keep notes what has come: a head until it is judged, and of all else the end.
func (c *clientConn) keep(p []byte) {
	most := maxHead + readAhead
	if c.judged {
		most = 2 * readAhead
		p = p[max(0, len(p)-readAhead):]
	}
	if c.head = append(c.head, p...); len(c.head) > most {
		c.head = append(c.head[:0], c.head[len(c.head)-readAhead:]...)
	}
}

// judge lets go of the head, about which nobody asks any more. A body would stay with it.
func (c *clientConn) judge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judged = true
	if len(c.head) > readAhead {
		c.head = append([]byte(nil), c.head[len(c.head)-readAhead:]...)
	}
}

func (c *clientConn) readAhead(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n, nil
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
func (c *clientConn) begin() {
	c.serving.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := bytes.Index(c.head, endOfHead); i >= 0 {
		c.size = i + len(endOfHead)
	}
}

func (c *clientConn) end(r *http.Request) {
	if c.left != nil {
		c.left()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noBody = false
	next := c.came - int64(c.size) - r.ContentLength
	if c.size == 0 || r.ContentLength < 0 || next < 0 || next > int64(len(c.head)) {
		next = 0 // nobody knows where the body of chunks has ended
	}
	kept := c.head[len(c.head)-int(next):]
	if c.head = append(c.head[:0], kept...); cap(c.head) > readAhead && len(c.head) <= readAhead {
		c.head = append([]byte(nil), c.head...)
	}
	c.came, c.size, c.judged = next, 0, false
}

// says tells whether the head has a header, where net/http drops it: Content-Length beside
// Transfer-Encoding, and the latter in HTTP/1.0.
func (c *clientConn) says(header string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	head, _, _ := bytes.Cut(c.head, endOfHead)
	for line := range bytes.Lines(head) {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(bytes.TrimSpace(name)), header) {
			return true
		}
	}
	return false
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
