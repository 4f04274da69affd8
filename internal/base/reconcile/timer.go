package reconcile

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// timer wakes a key at a time of the emulator's clock.
type timer struct {
	*clock.Timer
	due time.Time
}

// wakeAt sets the only timer of a key; zero is none.
func (l *Loop) wakeAt(key string, due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old, set := l.timers[key]
	if set && old.due.Equal(due) {
		return
	}
	if set {
		old.Stop()
		delete(l.timers, key)
	}
	if due.IsZero() {
		return
	}
	wait := due.Sub(l.opts.Clock.Now())
	l.timers[key] = timer{due: due, Timer: l.opts.Clock.AfterFunc(wait, func() { l.ring(key, due) })}
}

func (l *Loop) ring(key string, due time.Time) {
	l.mu.Lock()
	if t, set := l.timers[key]; set && t.due.Equal(due) {
		delete(l.timers, key)
	}
	l.mu.Unlock()
	l.Wake(key)
}

func (l *Loop) stopTimers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, t := range l.timers {
		t.Stop()
		delete(l.timers, key)
	}
	for _, f := range l.failures {
		f.again.Stop()
	}
}
