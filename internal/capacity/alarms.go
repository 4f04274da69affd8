package capacity

import (
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
)

// alarms wake a controller: one timer for each key, and a retry in real time for what could
// not be done, which the disk or the engine decides about. The zero value but for its first two fields
// has none.
type alarms struct {
	clock *clock.Clock
	wake  func(key string)

	mu      sync.Mutex
	timers  map[string]timer
	retries map[string]time.Duration // how long those wait that could not be done
}

type timer struct {
	*clock.Timer
	due time.Time
}

// set sets the only timer of a key; zero is none.
func (a *alarms) set(key string, due time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	old, found := a.timers[key]
	if found && old.due.Equal(due) {
		return
	}
	if found {
		old.Stop()
		delete(a.timers, key)
	}
	if due.IsZero() {
		return
	}
	if a.timers == nil {
		a.timers = map[string]timer{}
	}
	a.timers[key] = timer{due: due, Timer: a.clock.AfterFunc(due.Sub(a.clock.Now()), func() { a.ring(key, due) })}
}

func (a *alarms) ring(key string, due time.Time) {
	a.mu.Lock()
	if t, found := a.timers[key]; found && t.due.Equal(due) {
		delete(a.timers, key)
	}
	a.mu.Unlock()
	a.wake(key)
}

// retry wakes a key again after an error, and returns when: twice as late each time.
func (a *alarms) retry(key string, err error) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		delete(a.retries, key)
		return 0
	}
	if a.retries == nil {
		a.retries = map[string]time.Duration{}
	}
	wait := min(max(firstRetry, 2*a.retries[key]), lastRetry)
	a.retries[key] = wait
	time.AfterFunc(wait, func() { a.wake(key) })
	return wait
}

func (a *alarms) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, t := range a.timers {
		t.Stop()
		delete(a.timers, key)
	}
}
