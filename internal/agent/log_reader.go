package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
)

const (
	// logPause is how long lines wait for others, where nothing tells that there are no more.
	logPause = 100 * time.Millisecond
	// logEventPause is how long an event of several lines is open at most.
	// Source: moby's awslogs driver, its default flush interval.
	logEventPause = 5 * time.Second
	// logLag is how far behind its container a reader may be that follows it. Beyond, a file of
	// the engine's log may have filled up that is yet to be read, and Docker 20.10 is wrong about
	// the next one: then the log is read without following, until the reader has caught up.
	logLag = 2 * time.Second
	// fewLines is what a pass may have brought for the container to be followed as if from its start.
	// Behind one that writes more, the reader joins.
	fewLines = 1000
)

var errLogLag = errors.New("the reader of a log is behind")

// logReader takes the output of a container from the engine to the sink. Its run ends when the
// container has ended and all lines are in.
type logReader struct {
	host   *host
	stream LogStream
	source string // engine id

	putting chan struct{} // holds a token while a batch is put: they go in order
	refused bool          // has been logged; belongs to putting

	mu       sync.Mutex
	progress logProgress
	position LogPosition // of the last new line
	events   logEvents
	latest   time.Time // of the events
	behind   bool      // the container may have written more, and not just now
	handed   time.Time // to the sink: the first line of what is being put
	told     bool      // the sink knows that something is yet to be put
	flushes  bool      // a flush is set
	closes   bool      // so is a look whether to end an event
	opened   time.Time // the open event
	// These stop the last flush and the last look that were set: those before have rung, or find
	// nothing.
	stopFlush, stopClose func() bool

	away       bool          // the engine has not answered
	fresh      int           // new lines in a pass
	freshBytes int           // that they have
	oldest     time.Time     // of them
	leastLag   time.Duration // between the clocks of engine and emulator
}

func newLogReader(h *host, s LogStream, source string, options map[string]string) *logReader {
	r := &logReader{host: h, stream: s, source: source, putting: make(chan struct{}, 1)}
	r.events.start, _ = eventStart(options) // what is no pattern has kept the container from starting
	return r
}

// How soon a reader asks an engine again that gives no output.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// run reads until the container has ended; again says whether it may have been started since.
func (r *logReader) run(ctx context.Context, again func() bool) {
	defer r.stopTimers()
	if !r.begin(ctx) {
		return
	}
	how := follow
	if r.behind { // there may be much to catch up with
		how = look
	}
	for wait := firstRetry; ; {
		began := time.Now()
		err := r.read(ctx, how)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errLogLag):
			how = look
			r.fallBehind()
		case errors.Is(err, errNotJoined):
			how = follow
			r.caughtUp(ctx)
		case err == nil && how == look:
			if how = r.afterLook(ctx, time.Since(began)); how == look && !waits(ctx, retryPause) {
				return
			}
		case err == nil && how == join: // it has ended, and maybe before the reader had joined
			how = follow
		case err == nil && r.fresh > 0: // it has ended, or the engine's answer has
		case err == nil || errors.Is(err, backend.ErrNotFound):
			r.finish(ctx)
			if !again() {
				return
			}
		default:
			how, r.away = look, true
			r.fallBehind()
			if !waits(ctx, wait) {
				return
			}
			wait = min(2*wait, lastRetry)
			continue
		}
		wait = firstRetry
	}
}

// fallBehind is for when lines may have been written that are not read soon. An engine that stays
// away does not hide what others have put: see remind.
func (r *logReader) fallBehind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.behind {
		r.behind = true
		r.tell()
	}
}

// tell tells the sink since when lines are yet to be put, if there are any. The lock is held.
func (r *logReader) tell() {
	since := r.handed
	if since.IsZero() {
		since = r.events.oldest()
	}
	if since.IsZero() && r.behind {
		since = r.latest
	}
	if r.told || !since.IsZero() {
		r.host.agent.LogSink.Behind(r.stream, r.source, since)
	}
	r.told = !since.IsZero()
}

// remind tells the sink again of a reader that is behind.
func (r *logReader) remind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behind {
		r.tell()
	}
}

// refused reports whether an error is AWS's no; any other may pass.
func refused(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && refusal.ErrorFault() != smithy.FaultServer
}

// waits reports whether ctx has not ended after d.
func waits(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// begin asks the sink how far the source has been put. A new one becomes known there before its
// first line, so that a start after a crash knows that there may be some.
func (r *logReader) begin(ctx context.Context) bool {
	sink := r.host.agent.LogSink
	for {
		position, from, err := sink.Position(ctx, r.stream, r.source)
		known := !from.IsZero()
		if err == nil && !known {
			if err = sink.Put(ctx, r.stream, r.source, nil, position); err == nil {
				_, from, err = sink.Position(ctx, r.stream, r.source)
			}
		}
		if err == nil || refused(err) { // of a stream that is gone
			r.mu.Lock()
			defer r.mu.Unlock()
			r.position, r.latest, r.behind = position, from, known
			r.tell()
			return true
		}
		r.host.logs.trouble(err)
		if !waits(ctx, retryPause) {
			return false
		}
	}
}

// pass reads once, from where the last pass has come to. heard is told of each line that comes.
func (r *logReader) pass(ctx context.Context, follow bool, heard func(at time.Time)) error {
	r.mu.Lock()
	r.progress, r.fresh, r.freshBytes = resume(r.position), 0, 0
	since := r.progress.position.Since
	r.mu.Unlock()
	watched := follow && !r.host.simulated.Load()
	r.leastLag = 1 << 62 // one of the clocks may have been set since
	return r.host.Engine.Logs(ctx, r.source, backend.LogOptions{
		Follow: follow, Since: since, CaughtUp: func() { r.caughtUp(ctx) },
		Write: func(at time.Time, _ bool, line string) error {
			heard(at)
			return r.receive(ctx, at, line, watched)
		},
	})
}

// receive deals with a line that comes; errLogLag is that it comes late, if that is watched.
func (r *logReader) receive(ctx context.Context, at time.Time, line string, watched bool) error {
	if r.away { // other readers may come back later
		r.away = false
		r.host.logs.remind()
	}
	older := at.Before(r.position.Last) // the engine's clock was set back, or the streams are beside each other
	full, isNew := r.take(ctx, at, line)
	if full {
		r.flush(ctx)
	}
	if isNew && watched && !older {
		lag := time.Since(at)
		r.leastLag = min(r.leastLag, lag)
		if lag-r.leastLag > logLag {
			return errLogLag
		}
	}
	return ctx.Err()
}

// take takes a line. The time of its event is that when the engine took it, on the emulator's
// clock.
func (r *logReader) take(ctx context.Context, at time.Time, line string) (full, isNew bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.progress.add(at) {
		return false, false
	}
	before := r.position
	r.position = r.progress.position
	if r.fresh == 0 {
		r.oldest = at
	}
	r.fresh++
	r.freshBytes += len(line)
	if when := r.host.at(at); when.After(r.latest) {
		r.latest = when
	}
	if r.events.take(r.latest, line, before, r.position) {
		r.opened = r.now()
		r.closeLater(ctx, logEventPause)
	}
	if len(r.events.batch.lines) > 0 {
		r.flushLater(ctx)
	}
	if !r.told {
		r.tell()
	}
	return r.events.batch.full(), true
}

// flushLater has the batch put soon, or when AWS would. The lock is held.
func (r *logReader) flushLater(ctx context.Context) {
	pause, delay := logPause, r.host.agent.Delays.Logs
	switch {
	case r.flushes:
		return
	case delay > 0:
		pause = delay
	case r.host.simulated.Load():
		return // it says when there is no more
	}
	r.flushes = true
	r.stopFlush = r.after(pause, delay > 0, func() { r.flush(ctx) })
}

// after calls f in a goroutine of the host, for which the emulator's clock waits, unless it is
// stopped before.
func (r *logReader) after(d time.Duration, byClock bool, f func()) (stop func() bool) {
	h := r.host
	call := func() {
		call := h.agent.calls.Begin(nil, enginecall.CutOff)
		if !h.spawn(func() { defer call.End(); f() }) {
			call.End()
		}
	}
	if byClock {
		return h.agent.Clock.AfterFunc(d, call).Stop
	}
	return time.AfterFunc(d, call).Stop
}

// stopTimers is for the end.
func (r *logReader) stopTimers() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, stop := range []func() bool{r.stopFlush, r.stopClose} {
		if stop != nil {
			stop()
		}
	}
	r.stopFlush, r.stopClose, r.flushes, r.closes = nil, nil, false, false
}

// now is the time in which the container lives.
func (r *logReader) now() time.Time {
	if r.host.simulated.Load() {
		return r.host.agent.Clock.Now()
	}
	return time.Now()
}

// closeLater ends the open event unless more has come by then. The lock is held.
func (r *logReader) closeLater(ctx context.Context, after time.Duration) {
	if r.closes {
		return
	}
	r.closes = true
	r.stopClose = r.after(after, r.host.simulated.Load(), func() {
		r.mu.Lock()
		r.closes = false
		left := r.opened.Add(logEventPause).Sub(r.now())
		if left > 0 {
			r.closeLater(ctx, left)
		}
		r.mu.Unlock()
		if left <= 0 {
			r.closeEvent(ctx)
		}
	})
}

// caughtUp puts what there is.
func (r *logReader) caughtUp(ctx context.Context) {
	r.mu.Lock()
	r.behind = false
	r.mu.Unlock()
	if r.host.agent.Delays.Logs == 0 {
		r.flush(ctx)
	}
}

// closeEvent ends the open event.
func (r *logReader) closeEvent(ctx context.Context) {
	r.mu.Lock()
	r.events.close(r.position)
	r.mu.Unlock()
	r.flush(ctx)
}

// finish puts what there is when no more comes.
func (r *logReader) finish(ctx context.Context) {
	r.mu.Lock()
	r.behind = false
	r.mu.Unlock()
	r.closeEvent(ctx)
	r.stopTimers()
}

// flush puts the batch. Batches go one after the other.
func (r *logReader) flush(ctx context.Context) {
	select {
	case r.putting <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-r.putting }()
	r.mu.Lock()
	b := r.events.next()
	r.flushes = false
	if len(b.lines) > 0 {
		r.handed = b.lines[0].At
	}
	r.mu.Unlock()
	for len(b.lines) > 0 && !r.put(ctx, b) {
		if !waits(ctx, retryPause) {
			return
		}
		r.mu.Lock()
		r.tell()
		r.mu.Unlock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handed = time.Time{}
	r.tell()
}

// put reports whether the batch is done with. What the sink refuses is left out, as the driver
// does when somebody has deleted the stream.
func (r *logReader) put(ctx context.Context, b logBatch) bool {
	err := r.host.agent.LogSink.Put(ctx, r.stream, r.source, b.lines, b.at)
	switch {
	case refused(err):
		if !r.refused {
			r.host.agent.Log.Warn("output of a container not taken by CloudWatch Logs", "group", r.stream.Group, "stream", r.stream.Name, "error", err)
		}
		r.refused = true
		return true
	case err == nil:
		r.host.logs.kept()
	case ctx.Err() == nil:
		r.host.logs.trouble(err)
	}
	return err == nil
}
