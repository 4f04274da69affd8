package balancer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// askHTTP1 sends a request to the target and waits for the header of its answer.
func (x *exchange) askHTTP1(r *http.Request) (answer *http.Response, sent bool, err error) {
	ctx := r.Context()
	secure := x.pool.settings.protocol == "HTTPS"
	for {
		c, err := x.target.connect(ctx, x.balancer.options.Dial, secure, x.listener.settings.idle)
		if err != nil {
			return nil, false, err
		}
		answer, sent, err = x.exchangeOn(ctx, c, r)
		if err == nil || sent || !c.reused || ctx.Err() != nil {
			return answer, sent, err
		}
		// An idle connection that could not be written to: the next one, or a new one.
	}
}

func (x *exchange) exchangeOn(ctx context.Context, c *targetConn, r *http.Request) (*http.Response, bool, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	fail := func(sent bool, err error) (*http.Response, bool, error) {
		_ = c.Close()
		stop()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, sent, err
	}
	c.extend()
	writeHead(c.writer, r)
	// The head goes before the body is touched: a connection that turns out to be closed
	// costs nothing of it.
	if err := c.writer.Flush(); err != nil {
		return fail(c.sent, err)
	}
	var u *upload
	if r.Body != nil {
		u = newUpload(x, c, r)
		x.upload = u
		go u.run()
	}
	answer, err := c.readAnswer(r, u)
	if err != nil {
		_, _, err := fail(true, err)
		return nil, true, u.blame(ctx, err)
	}
	b := &answerBody{conn: c, upload: u, stop: stop, writer: x.writer, inner: answer.Body, keep: !answer.Close}
	b.unsaid = answer.Body != http.NoBody
	answer.Body = b
	if answer.StatusCode == http.StatusSwitchingProtocols {
		answer.Body = &upgraded{answerBody: b}
	}
	return answer, true, nil
}

// writeHead writes a request up to its body. What was hop-by-hop is gone already.
func writeHead(w *bufio.Writer, r *http.Request) {
	put := func(parts ...string) {
		for _, p := range parts {
			_, _ = w.WriteString(p) // Flush says what went wrong
		}
	}
	put(r.Method, " ", r.URL.RequestURI(), " HTTP/1.1\r\nHost: ", r.Host, "\r\n")
	for name, values := range r.Header {
		if name == "Content-Length" || name == "Host" || name == "User-Agent" && len(values) == 1 && values[0] == "" {
			continue
		}
		for _, v := range values {
			put(name, ": ", v, "\r\n")
		}
	}
	switch {
	case r.ContentLength > 0:
		put("Content-Length: ", strconv.FormatInt(r.ContentLength, 10), "\r\n")
	case r.Body != nil:
		put("Transfer-Encoding: chunked\r\n")
		if len(r.Trailer) > 0 {
			var names []string
			for name := range r.Trailer {
				names = append(names, name)
			}
			put("Trailer: ", strings.Join(names, ", "), "\r\n")
		}
	case len(r.Header["Content-Length"]) > 0: // 0, as the client said
		put("Content-Length: 0\r\n")
	}
	put("\r\n")
}

func headerHas(h http.Header, name, token string) bool {
	for _, v := range h[name] {
		if strings.EqualFold(v, token) {
			return true
		}
	}
	return false
}

// readAnswer reads a header. Those of 1xx are passed on but for 100, which has the upload
// go on: the client has got its own when its body is read.
func (c *targetConn) readAnswer(r *http.Request, u *upload) (*http.Response, error) {
	for {
		c.left = maxAnswerHead
		answer, err := http.ReadResponse(c.reader, r)
		c.left = -1
		if err != nil {
			return nil, err
		}
		switch code := answer.StatusCode; {
		case code >= 200 || code == http.StatusSwitchingProtocols:
			if u != nil {
				u.proceed(code < 200)
			}
			return answer, nil
		case code == http.StatusContinue:
			if u != nil {
				u.proceed(true)
			}
		default:
			if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.Got1xxResponse != nil {
				if err := trace.Got1xxResponse(code, textproto.MIMEHeader(answer.Header)); err != nil {
					return nil, err
				}
			}
		}
	}
}

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

// answerBody is a target's body. Its connection goes back to the target when it has been
// read to the end and the request has been sent to the end.
type answerBody struct {
	conn    *targetConn
	upload  *upload
	stop    func() bool // the watch over the client
	writer  http.ResponseWriter
	inner   io.ReadCloser
	keep    bool
	ended   bool
	unsaid  bool // the header or more may wait in the client's buffer
	stopped bool
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.conn.reader.Buffered() == 0 {
		if b.unsaid { // what is there is for the client before there is more
			b.unsaid = false
			_ = http.NewResponseController(b.writer).Flush()
		}
		b.conn.extend()
	}
	n, err := b.inner.Read(p)
	b.unsaid = b.writer != nil
	if errors.Is(err, io.EOF) {
		b.ended = true
	}
	return n, err
}

// leaveFlushing settles who flushes. The proxy does after each write of a stream of events
// or of a body whose length it does not know; the latter is not told to it, since Read
// flushes when there is nothing more yet, which is less often.
func (b *answerBody) leaveFlushing(answer *http.Response) {
	if strings.Contains(strings.ToLower(answer.Header.Get("Content-Type")), "event-stream") {
		b.unsaid, b.writer = false, nil
		return
	}
	answer.ContentLength = 0
}

// Close gives the connection back, or closes it.
func (b *answerBody) Close() error {
	if b.stopped {
		return nil
	}
	b.stopped = true
	watching := b.stop()
	if b.ended && b.keep && watching && (b.upload == nil || b.upload.finished()) && b.conn.reader.Buffered() == 0 {
		b.conn.target.idle.put(b.conn)
		return nil
	}
	return b.conn.Close()
}

// upgraded is a connection that speaks another protocol now.
type upgraded struct{ *answerBody }

func (u *upgraded) Read(p []byte) (int, error) {
	u.conn.extend()
	n, err := u.conn.reader.Read(p)
	u.conn.extend()
	return n, err
}

func (u *upgraded) Write(p []byte) (int, error) {
	u.conn.extend()
	return u.conn.Conn.Write(p)
}

// CloseWrite half closes it, when the client has done so.
func (u *upgraded) CloseWrite() error {
	if half, ok := u.conn.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return u.conn.Close()
}
