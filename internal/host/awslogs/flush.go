package awslogs

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// flushLater has the batch put soon, or when AWS would. The lock is held.
func (r *reader) flushLater(ctx context.Context) {
	pause, delay := flushPause, r.all.Delay
	switch {
	case r.flushes:
		return
	case delay > 0:
		pause = delay
	case r.all.Engine.Simulated():
		return // it says when there is no more
	}
	r.flushes = true
	r.stopFlush = r.after(pause, delay > 0, func() { r.flush(ctx) })
}

// after calls f in a goroutine of the engine, for which the emulator's clock waits, unless it is
// stopped before.
func (r *reader) after(d time.Duration, byClock bool, f func()) (stop func() bool) {
	call := func() {
		r.all.Engine.Call(enginecall.CutOff, func(context.Context) { f() })
	}
	if byClock {
		return r.all.Clock.AfterFunc(d, call).Stop
	}
	return time.AfterFunc(d, call).Stop
}

func (r *reader) stopTimers() {
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
func (r *reader) now() time.Time {
	if r.all.Engine.Simulated() {
		return r.all.Clock.Now()
	}
	return time.Now()
}

// closeLater ends the open event unless more has come by then. The lock is held.
func (r *reader) closeLater(ctx context.Context, after time.Duration) {
	if r.closes {
		return
	}
	r.closes = true
	r.stopClose = r.after(after, r.all.Engine.Simulated(), func() {
		r.mu.Lock()
		r.closes = false
		left := r.opened.Add(eventPause).Sub(r.now())
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
func (r *reader) caughtUp(ctx context.Context) {
	r.mu.Lock()
	r.behind = false
	r.mu.Unlock()
	if r.all.Delay == 0 {
		r.flush(ctx)
	}
}

// closeEvent ends the open event.
func (r *reader) closeEvent(ctx context.Context) {
	r.mu.Lock()
	r.events.close(r.position)
	r.mu.Unlock()
	r.flush(ctx)
}

// finish puts what there is when no more comes.
func (r *reader) finish(ctx context.Context) {
	r.mu.Lock()
	r.behind = false
	if r.losses > 1 {
		r.all.Log.Warn("lines of a container were lost, because it wrote more than the engine passed on", append(r.about(), "gaps", r.losses)...)
		r.losses, r.lost = 0, 0
	}
	r.mu.Unlock()
	r.closeEvent(ctx)
	r.stopTimers()
}

// flush puts the batch. Batches go one after the other.
func (r *reader) flush(ctx context.Context) {
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
		if pause.For(ctx, enginecall.RetryPause) != nil {
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
