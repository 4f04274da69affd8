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
	q := &quiet{idle: x.listener.Settings.Idle, end: end}
	q.timer = time.AfterFunc(q.idle, q.give)
	if !x.limit.IsZero() {
		q.within(time.Until(x.limit))
	}
	r = r.WithContext(ctx)
	var asked *heardBody
	if r.Body != nil {
		asked = &heardBody{ReadCloser: r.Body, quiet: q, record: x.record}
		if x.listener.Connect != nil {
			asked.kept, asked.most = true, x.listener.Settings.Request
		}
		r.Body = asked
	}
	left := time.Now()
	answer, err = x.target.RoundTrip(r)
	x.took = time.Since(left)
	q.timer.Stop()
	if err != nil {
		end()
		q.stop()
		x.spent = asked != nil && !asked.giveBack()
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
	answer.Body = &awaitedBody{ReadCloser: answer.Body, quiet: q, record: x.record}
	return answer, nil
}

// quiet ends a request in HTTP/2 that stands still.
type quiet struct {
	idle  time.Duration
	timer *time.Timer
	limit atomic.Pointer[time.Timer] // of the whole answer, if it has one
	over  atomic.Bool
	end   context.CancelFunc
}

func (q *quiet) give() {
	q.over.Store(true)
	q.end()
}

// within bounds the answer from now on, whatever comes of it.
func (q *quiet) within(most time.Duration) { q.limit.Store(time.AfterFunc(most, q.give)) }

// stop ends the bound.
func (q *quiet) stop() {
	if limit := q.limit.Load(); limit != nil {
		limit.Stop()
	}
}

// heardBody is a request's body: what comes of it is a sign of life.
type heardBody struct {
	io.ReadCloser
	quiet  *quiet
	record *record
	ended  atomic.Bool
	kept   bool          // another target may be asked: who has asked closes it
	most   time.Duration // from its end until that of the answer; 0 is without end
	state  atomic.Int32
}

// States of a body: untouched, being read, and given back by who reads it no more.
const (
	bodyWhole = iota
	bodyRead
	bodyBack
)

// giveBack ends reading, and reports whether nothing has been read.
func (b *heardBody) giveBack() bool { return b.state.CompareAndSwap(bodyWhole, bodyBack) }

// Close is the transport's, which has sent what it will.
func (b *heardBody) Close() error {
	if b.kept {
		return nil
	}
	return b.ReadCloser.Close()
}

func (b *heardBody) Read(p []byte) (int, error) {
	if !b.state.CompareAndSwap(bodyWhole, bodyRead) && b.state.Load() == bodyBack {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.ReadCloser.Read(p)
	b.record.receive(n)
	if err != nil && !b.quiet.over.Load() && !b.ended.Swap(true) && b.most > 0 {
		b.quiet.within(b.most)
	}
	b.quiet.timer.Reset(b.quiet.idle)
	return n, err
}

// awaitedBody is an answer's body, which is waited for while a reader reads from it.
type awaitedBody struct {
	io.ReadCloser
	quiet  *quiet
	record *record
}

func (b *awaitedBody) Read(p []byte) (int, error) {
	b.quiet.timer.Reset(b.quiet.idle)
	n, err := b.ReadCloser.Read(p)
	b.record.send(n)
	b.quiet.timer.Stop()
	return n, err
}

// Close ends the request, with what is left of it.
func (b *awaitedBody) Close() error {
	b.quiet.timer.Stop()
	err := b.ReadCloser.Close()
	b.quiet.end()
	b.quiet.stop()
	return err
}
