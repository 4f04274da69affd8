package awslogs

import (
	"context"
	"time"
)

// Reader is a reader that is not started.
type Reader struct{ r *reader }

// NewReader is one of a container's output.
func (l *Readers) NewReader(s Stream, source string, options map[string]string) Reader {
	return Reader{newReader(l, s, source, options)}
}

// Take takes a line.
func (r Reader) Take(ctx context.Context, at time.Time, line string) { r.r.take(ctx, at, line) }

// StopTimers is for the end.
func (r Reader) StopTimers() { r.r.stopTimers() }

// Ending adds a container whose reader has asked for the last time whether to go on, which it is
// not to. ended ends the reader, and isRead says whether the output is known to be read.
func (l *Readers) Ending(id string, c Config) (ended func(), isRead func() bool, again bool) {
	o := &output{Config: c, reading: make(chan struct{})}
	l.mu.Lock()
	l.readers[id] = o
	l.mu.Unlock()
	again = l.again(o)
	isRead = func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return o.read && o.reading == nil
	}
	return func() { l.ended(id, o) }, isRead, again
}
