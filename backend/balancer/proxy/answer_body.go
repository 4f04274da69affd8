package proxy

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// answerBody is a target's body. Its connection goes back to the target when it has been
// read to the end and the request has been sent to the end.
type answerBody struct {
	conn    *target.Conn
	upload  *upload
	record  *record
	stop    func() bool // the watch over the client
	writer  http.ResponseWriter
	answer  *http.Response
	inner   io.ReadCloser
	keep    bool
	ended   bool
	unsaid  bool // the header or more may wait in the client's buffer
	stopped bool
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.conn.Reader.Buffered() == 0 {
		if b.unsaid { // what is there is for the client before there is more
			b.unsaid = false
			_ = http.NewResponseController(b.writer).Flush()
		}
		b.conn.Extend()
	}
	n, err := b.inner.Read(p)
	b.record.send(n)
	if err != nil && b.unsaid && !errors.Is(err, io.EOF) { // the proxy drops what waits
		_ = http.NewResponseController(b.writer).Flush()
	}
	b.unsaid = b.writer != nil
	if errors.Is(err, io.EOF) {
		b.ended = true
		maps.DeleteFunc(b.answer.Trailer, isNoTrailer)
	}
	return n, err
}

// modifyForReverseProxy completes an answer and settles who flushes it: Read, unless it is a stream of events. The
// ReverseProxy flushes that after each write, and what has no length if it is told so.
func (x *exchange) modifyForReverseProxy(answer *http.Response) error {
	x.modify(answer)
	b, ok := answer.Body.(*answerBody)
	switch {
	case !ok:
	case isEventStream(answer.Header):
		b.unsaid, b.writer = false, nil
	default:
		answer.ContentLength = 0
	}
	return nil
}

func isEventStream(h http.Header) bool {
	return strings.Contains(strings.ToLower(h.Get("Content-Type")), "event-stream")
}

// Close gives the connection back, or closes it.
func (b *answerBody) Close() error {
	if b.stopped {
		return nil
	}
	b.stopped = true
	watching := b.stop()
	if b.ended && b.keep && watching && (b.upload == nil || b.upload.finished()) && b.conn.Reader.Buffered() == 0 {
		b.conn.Keep()
		return nil
	}
	return b.conn.Close()
}

// upgraded is a connection that speaks another protocol now.
type upgraded struct{ *answerBody }

func (u *upgraded) Read(p []byte) (int, error) {
	u.conn.Extend()
	n, err := u.conn.Reader.Read(p)
	u.record.send(n)
	u.conn.Extend()
	return n, err
}

func (u *upgraded) Write(p []byte) (int, error) {
	u.conn.Extend()
	u.record.receive(len(p))
	return u.conn.Conn.Write(p)
}

// CloseWrite half closes it, when the client has done so.
func (u *upgraded) CloseWrite() error {
	if half, ok := u.conn.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return u.conn.Close()
}
