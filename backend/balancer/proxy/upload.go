package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// clientError is the client's doing, and the answer to it.
type clientError struct {
	code int
	err  error
}

func (e *clientError) Error() string { return "read the request's body: " + e.err.Error() }
func (e *clientError) Unwrap() error { return e.err }

// upload is a request's body on its way to a target.
type upload struct {
	conn    *target.Conn
	request *http.Request
	origin  *http.Request // the client's, which knows the trailers when the body has been read
	body    io.Reader
	client  *http.ResponseController
	record  *record
	near    *clientConn // the client's, nil in HTTP/2
	idle    time.Duration
	most    time.Duration // from the end of the body until that of the answer; 0 is without end
	read    chan struct{} // closed when nothing more is read from the client
	done    chan struct{}
	err     error // when it is done
	fault   atomic.Pointer[clientError]
}

func newUpload(x *exchange, c *target.Conn, r *http.Request) *upload {
	u := &upload{
		conn: c, request: r, origin: x.request, body: r.Body, client: http.NewResponseController(x.writer), idle: x.listener.Settings.Idle,
		near: x.client, record: x.record, read: make(chan struct{}), done: make(chan struct{}),
	}
	if x.limit.IsZero() && r.Header["Upgrade"] == nil {
		u.most = x.listener.Settings.Request
	}
	_ = u.client.EnableFullDuplex() // HTTP/2 always is
	return u
}

func (u *upload) run() {
	defer close(u.done)
	if u.err = u.copy(); u.err != nil {
		var fault *clientError
		if errors.As(u.err, &fault) {
			u.fault.Store(fault) // for who waits for an answer, and is told by what follows
			_ = u.conn.Close()   // what the target has of it is no request
		}
		return
	}
	if u.most > 0 {
		u.conn.End(time.Now().Add(u.most))
	}
	u.conn.Extend()
}

func (u *upload) copy() error {
	var to io.Writer = u.conn.Writer
	chunked := u.request.ContentLength < 0
	var chunks io.WriteCloser
	if chunked {
		chunks = httputil.NewChunkedWriter(u.conn.Writer)
		to = chunks
	}
	buffer := buffers.Get()
	defer buffers.Put(buffer)
	var failed error // once the target takes nothing more, what comes soon is read all the same: another request may follow it
	unwanted := mostUnwanted
	for left := u.request.ContentLength; chunked || left > 0; {
		if u.near == nil { // clientConn does it for HTTP/1
			_ = u.client.SetReadDeadline(time.Now().Add(u.idle))
		}
		n, err := u.body.Read(buffer)
		if n > 0 {
			u.record.receive(n)
			left -= int64(n)
			if failed == nil {
				failed = u.pass(to, buffer[:n])
			} else if unwanted -= n; unwanted < 0 {
				return failed
			}
		}
		switch {
		case errors.Is(err, io.EOF) && (chunked || left == 0):
			left, chunked = 0, false
		case errors.Is(err, os.ErrDeadlineExceeded):
			return &clientError{http.StatusRequestTimeout, err}
		case err != nil:
			return &clientError{http.StatusBadRequest, err}
		}
	}
	if u.near == nil {
		_ = u.client.SetReadDeadline(time.Time{})
	}
	close(u.read)
	if failed != nil {
		return failed
	}
	if chunks != nil {
		if err := chunks.Close(); err != nil {
			return err
		}
		if err := writeTrailers(u.conn.Writer, u.origin.Trailer); err != nil {
			return &clientError{http.StatusBadRequest, err}
		}
		_, _ = u.conn.Writer.WriteString("\r\n")
	}
	return u.conn.Writer.Flush()
}

// mostUnwanted is how much of a body is read that its target does not take: as much as
// net/http's server reads of one that its handler does not.
const mostUnwanted = 256 << 10

func (u *upload) pass(to io.Writer, piece []byte) error {
	if _, err := to.Write(piece); err != nil {
		return err
	}
	if err := u.conn.Writer.Flush(); err != nil {
		return err
	}
	u.conn.Extend()
	return nil
}

// understood tells, of an upload that has ended, whether the body has been read to its end, so
// that another request may follow it. In full duplex net/http does not look.
func (u *upload) understood() bool {
	select {
	case <-u.read:
		return u.fault.Load() == nil
	default:
		return false
	}
}

// framing are headers that say where a body ends or who is asked: none of them is a trailer,
// and a target that took one for a header would read another request.
var framing = map[string]bool{"Content-Length": true, "Transfer-Encoding": true, "Host": true, "Trailer": true, "Connection": true}

// isNoTrailer is for those, and for names that are none.
func isNoTrailer(name string, _ []string) bool { return framing[name] || !isToken(name) }

// writeTrailers writes what follows a body. Net/http looks into the values of headers, but not
// into those of trailers.
func writeTrailers(w *bufio.Writer, trailers http.Header) error {
	for name, values := range trailers {
		for _, v := range values {
			if strings.IndexFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) >= 0 {
				return fmt.Errorf("the trailer %s has a control character", name)
			}
			if !isNoTrailer(name, values) {
				_, _ = w.WriteString(name + ": " + v + "\r\n") // Flush says what went wrong
			}
		}
	}
	return nil
}

// finished tells whether the whole body has been sent. The last of it may be on its way
// yet when the target has answered.
func (u *upload) finished() bool {
	select {
	case <-u.read:
		patience := time.AfterFunc(time.Second, func() { _ = u.conn.Close() })
		defer patience.Stop()
		<-u.done
	default:
	}
	select {
	case <-u.done:
		return u.err == nil
	default:
		return false
	}
}

// blame is the client's error where it is the reason for the target's. A request that
// has ended has its body ended too, and that is what says how.
func (u *upload) blame(ctx context.Context, err error) error {
	if u == nil {
		return err
	}
	if ctx.Err() != nil {
		<-u.done
	}
	if fault := u.fault.Load(); fault != nil {
		return fault
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && !u.finished() { // it is the body that everybody waits for
		return &clientError{http.StatusRequestTimeout, err}
	}
	return err
}

// abandon ends an upload that is not waited for any more, and waits until it has.
func (u *upload) abandon() {
	if u.finished() {
		return
	}
	_ = u.conn.Close()
	if u.near != nil {
		u.near.readNoMore()
	} else {
		_ = u.client.SetReadDeadline(time.Unix(1, 0)) // the stream's alone
	}
	<-u.done
}
