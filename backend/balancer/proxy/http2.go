package proxy

import (
	"context"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// askHTTP2 asks a target in HTTP/2 and waits for the header of its answer. The transport gives
// no request up by itself: it ends when neither side has said anything for the idle time.
func (x *exchange) askHTTP2(r *http.Request) (answer *http.Response, err error) {
	client := r.Context()
	ctx, end := context.WithCancel(client)
	q := &quiet{idle: x.listener.Settings.Idle}
	q.timer = time.AfterFunc(q.idle, func() {
		q.over.Store(true)
		end()
	})
	r = r.WithContext(ctx)
	var asked *heardBody
	if r.Body != nil {
		asked = &heardBody{ReadCloser: r.Body, quiet: q}
		r.Body = asked
	}
	left := time.Now()
	answer, err = x.target.RoundTrip(r)
	x.took = time.Since(left)
	q.timer.Stop()
	if err != nil {
		end()
		switch {
		case client.Err() != nil:
			err = client.Err()
		case q.over.Load() && asked != nil && !asked.ended.Load(): // it is the body that everybody waits for
			err = &clientError{http.StatusRequestTimeout, os.ErrDeadlineExceeded}
		case q.over.Load():
			err = os.ErrDeadlineExceeded
		}
		return nil, err
	}
	answer.Body = &awaitedBody{ReadCloser: answer.Body, quiet: q, end: end}
	return answer, nil
}

// quiet ends a request in HTTP/2 that stands still.
type quiet struct {
	idle  time.Duration
	timer *time.Timer
	over  atomic.Bool
}

// heardBody is a request's body: what comes of it is a sign of life.
type heardBody struct {
	io.ReadCloser
	quiet *quiet
	ended atomic.Bool
}

func (b *heardBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !b.quiet.over.Load() {
		b.ended.Store(true)
	}
	b.quiet.timer.Reset(b.quiet.idle)
	return n, err
}

// awaitedBody is an answer's body, which is waited for while a reader reads from it.
type awaitedBody struct {
	io.ReadCloser
	quiet *quiet
	end   context.CancelFunc
}

func (b *awaitedBody) Read(p []byte) (int, error) {
	b.quiet.timer.Reset(b.quiet.idle)
	n, err := b.ReadCloser.Read(p)
	b.quiet.timer.Stop()
	return n, err
}

// Close ends the request, with what is left of it.
func (b *awaitedBody) Close() error {
	b.quiet.timer.Stop()
	err := b.ReadCloser.Close()
	b.end()
	return err
}
