package awslogs

import (
	"context"
	"sync"
	"sync/atomic"
)

// ReadRest ends the containers whose output is read and reads what they have written, for a caller
// that is about to remove them, and reports whether the sink has taken all of it. The run of the
// engine has ended.
func (l *Readers) ReadRest(ctx context.Context) bool {
	var reading sync.WaitGroup
	var left atomic.Bool
	l.mu.Lock()
	for id, o := range l.readers {
		if o.read {
			continue
		}
		r := newReader(l, o.Stream, id, o.options)
		reading.Go(func() {
			// Its removal would end it as suddenly, but behind its last line.
			if err := l.Engine.Stop(ctx, id, 0); err != nil && ctx.Err() == nil {
				l.Log.Warn("cannot end a container before its output is read", "container", id, "error", err)
			}
			if !r.readOnce(ctx) {
				left.Store(true)
			}
		})
	}
	l.mu.Unlock()
	reading.Wait()
	return !left.Load()
}

// readOnce reads what there is, and reports whether the sink has taken it.
func (r *reader) readOnce(ctx context.Context) bool {
	defer r.stopTimers()
	if !r.begin(ctx) {
		return false
	}
	err := r.read(ctx, look)
	if err != nil && ctx.Err() == nil {
		r.all.Log.Warn("cannot read output of a container before its removal", "container", r.source, "error", err)
	}
	r.finish(ctx)
	return err == nil && ctx.Err() == nil && !r.all.troubled.Load()
}
