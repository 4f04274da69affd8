package awslogs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

const (
	// flushPause is how long lines wait for others, where nothing tells that there are no more.
	flushPause = 100 * time.Millisecond
	// eventPause is how long an event of several lines is open at most.
	// Source: moby's awslogs driver, its default flush interval.
	eventPause = 5 * time.Second
	// maxLag is how far behind its container a reader may be that follows it. Beyond, a file of
	// the engine's log may have filled up that is yet to be read, and Docker 20.10 is wrong about
	// the next one: then the log is read without following, until the reader has caught up.
	maxLag = 2 * time.Second
	// fewLines is what a pass may have brought for the container to be followed as if from its start.
	// Behind one that writes more, the reader joins.
	fewLines = 1000
)

var errLag = errors.New("the reader of a log is behind")

// reader takes the output of a container from the engine to the sink. Its run ends when the
// container has ended and all lines are in.
type reader struct {
	all    *Readers
	stream Stream
	source string // engine id

	putting chan struct{} // holds a token while a batch is put: they go in order
	refused bool          // has been logged; belongs to putting

	mu       sync.Mutex
	progress progress
	position Position // of the last new line
	events   events
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
	losses     int           // how often the engine had dropped lines before they were read
	lost       time.Duration // for how long in all
}

func newReader(all *Readers, s Stream, source string, options map[string]string) *reader {
	r := &reader{all: all, stream: s, source: source, putting: make(chan struct{}, 1)}
	r.events.start, _ = eventStart(options) // what is no pattern has kept the container from starting
	return r
}

// How soon a reader asks an engine again that gives no output.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// run reads until the container has ended; again says whether it may have been started since.
func (r *reader) run(ctx context.Context, again func() bool) {
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
		case errors.Is(err, errLag):
			how = look
			r.fallBehind()
		case errors.Is(err, errNotJoined):
			how = follow
			r.caughtUp(ctx)
		case err == nil && how == look:
			if how = r.afterLook(ctx, time.Since(began)); how == look && pause.For(ctx, enginecall.RetryPause) != nil {
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
			if pause.For(ctx, wait) != nil {
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
func (r *reader) fallBehind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.behind {
		r.behind = true
		r.tell()
	}
}

// tell tells the sink since when lines are yet to be put, if there are any. The lock is held.
func (r *reader) tell() {
	since := r.handed
	if since.IsZero() {
		since = r.events.oldest()
	}
	if since.IsZero() && r.behind {
		since = r.latest
	}
	if r.told || !since.IsZero() {
		r.all.Sink.Behind(r.stream, r.source, since)
	}
	r.told = !since.IsZero()
}

// remind tells the sink again of a reader that is behind.
func (r *reader) remind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behind {
		r.tell()
	}
}

// begin asks the sink how far the source has been put. A new one becomes known there before its
// first line, so that a start after a crash knows that there may be some.
func (r *reader) begin(ctx context.Context) bool {
	sink := r.all.Sink
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
		r.all.trouble(err)
		if pause.For(ctx, enginecall.RetryPause) != nil {
			return false
		}
	}
}

// pass reads once, from where the last pass has come to. heard is told of each line that comes.
func (r *reader) pass(ctx context.Context, follow bool, heard func(at time.Time)) error {
	r.mu.Lock()
	r.progress, r.fresh, r.freshBytes = resume(r.position), 0, 0
	since := r.progress.position.Since
	r.mu.Unlock()
	watched := follow && !r.all.Engine.Simulated()
	r.leastLag = 1 << 62 // one of the clocks may have been set since
	return r.all.Engine.Logs(ctx, r.source, backend.LogOptions{
		Follow: follow, Since: since, CaughtUp: func() { r.caughtUp(ctx) },
		Write: func(at time.Time, _ bool, line string) error {
			heard(at)
			return r.receive(ctx, at, line, watched)
		},
	})
}

// loses logs once that lines are lost, and adds up for how long. The lock is held.
func (r *reader) loses(lines time.Duration) {
	if lines <= 0 {
		return
	}
	r.lost += lines
	if r.losses++; r.losses == 1 {
		r.all.Log.Warn("lines of a container are lost, because it writes more than the engine passes on", r.about()...)
	}
}

// about returns the attributes of a message about lost lines.
func (r *reader) about() []any {
	return []any{"task", r.stream.Task, "logGroup", r.stream.Group, "logStream", r.stream.Name, "for", r.lost}
}

// receive deals with a line that comes; errLag is that it comes late, if that is watched.
func (r *reader) receive(ctx context.Context, at time.Time, line string, watched bool) error {
	if r.away { // other readers may come back later
		r.away = false
		r.all.remind()
	}
	older := at.Before(r.position.Last) // the engine's clock was set back, or the streams are beside each other
	full, isNew := r.take(ctx, at, line)
	if full {
		r.flush(ctx)
	}
	if isNew && watched && !older {
		lag := time.Since(at)
		r.leastLag = min(r.leastLag, lag)
		if lag-r.leastLag > maxLag {
			return errLag
		}
	}
	return ctx.Err()
}

// take takes a line. The time of its event is that when the engine took it, on the emulator's
// clock.
func (r *reader) take(ctx context.Context, at time.Time, line string) (full, isNew bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.progress.add(at) {
		return false, false
	}
	r.loses(r.progress.lost(at))
	before := r.position
	r.position = r.progress.position
	if r.fresh == 0 {
		r.oldest = at
	}
	r.fresh++
	r.freshBytes += len(line)
	if when := r.all.Engine.Time(r.all.Clock, at); when.After(r.latest) {
		r.latest = when
	}
	if r.events.take(r.latest, line, before, r.position) {
		r.opened = r.now()
		r.closeLater(ctx, eventPause)
	}
	if len(r.events.batch.lines) > 0 {
		r.flushLater(ctx)
	}
	if !r.told {
		r.tell()
	}
	return r.events.batch.full(), true
}
