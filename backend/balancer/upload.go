package balancer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"
	"sync/atomic"
	"time"
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
	conn    *targetConn
	request *http.Request
	origin  *http.Request // the client's, which knows the trailers when the body has been read
	body    io.Reader
	client  *http.ResponseController
	near    *clientConn // the client's, nil in HTTP/2
	idle    time.Duration
	goOn    chan bool // whether the target wants the body
	once    sync.Once
	read    chan struct{} // closed when nothing more is read from the client
	done    chan struct{}
	err     error // when it is done
	fault   atomic.Pointer[clientError]
}

// expectPatience is how long a target has for its 100 before it gets the body anyway.
const expectPatience = time.Second

func newUpload(x *exchange, c *targetConn, r *http.Request) *upload {
	u := &upload{
		conn: c, request: r, origin: x.request, body: r.Body, client: http.NewResponseController(x.writer), idle: x.listener.settings.idle,
		near: x.client, read: make(chan struct{}), done: make(chan struct{}),
	}
	_ = u.client.EnableFullDuplex() // HTTP/2 always is
	if headerHas(r.Header, "Expect", "100-continue") {
		u.goOn = make(chan bool, 1)
	}
	return u
}

func (u *upload) proceed(on bool) {
	if u.goOn != nil {
		u.once.Do(func() { u.goOn <- on })
	}
}

func (u *upload) run() {
	defer close(u.done)
	if u.goOn != nil {
		patience := time.NewTimer(expectPatience)
		defer patience.Stop()
		select {
		case on := <-u.goOn:
			if !on {
				u.err = errNotWanted
				return
			}
		case <-patience.C:
		}
	}
	if u.err = u.copy(); u.err != nil {
		var fault *clientError
		if errors.As(u.err, &fault) {
			u.fault.Store(fault) // for who waits for an answer, and is told by what follows
			_ = u.conn.Close()   // what the target has of it is no request
		}
		return
	}
	u.conn.extend()
}

var errNotWanted = errors.New("the target answered without the body")

func (u *upload) copy() error {
	var to io.Writer = u.conn.writer
	chunked := u.request.ContentLength < 0
	var chunks io.WriteCloser
	if chunked {
		chunks = httputil.NewChunkedWriter(u.conn.writer)
		to = chunks
	}
	buffer := buffers.Get()
	defer buffers.Put(buffer)
	var last time.Time
	for left := u.request.ContentLength; chunked || left > 0; {
		if now := time.Now(); now.Sub(last) > u.idle/4 {
			last = now
			_ = u.client.SetReadDeadline(now.Add(u.idle)) // HTTP/1 and HTTP/2 have it
		}
		n, err := u.body.Read(buffer)
		if n > 0 {
			left -= int64(n)
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
			if err := u.conn.writer.Flush(); err != nil {
				return err
			}
			u.conn.extend()
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
	_ = u.client.SetReadDeadline(time.Time{})
	close(u.read)
	if chunks != nil {
		if err := chunks.Close(); err != nil {
			return err
		}
		for name, values := range u.origin.Trailer {
			for _, v := range values {
				_, _ = u.conn.writer.WriteString(name + ": " + v + "\r\n")
			}
		}
		_, _ = u.conn.writer.WriteString("\r\n")
	}
	return u.conn.writer.Flush()
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
		u.proceed(false)
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

// abandon ends an upload that nobody waits for any more, and waits until it has.
func (u *upload) abandon() {
	if u.finished() {
		return
	}
	u.proceed(false)
	_ = u.conn.Close()
	if u.near != nil {
		u.near.readNoMore()
	} else {
		_ = u.client.SetReadDeadline(time.Unix(1, 0)) // the stream's alone
	}
	<-u.done
}
