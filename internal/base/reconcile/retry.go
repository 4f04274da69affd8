package reconcile

import "time"

// How long a key waits in real time after an error: twice as long each time. It is real time
// because the disk and the engine, which cause the errors, know no other.
const (
	FirstRetry = 100 * time.Millisecond
	LastRetry  = 5 * time.Second
)

// failure is the failure of a key whose last reconciliation returned an error.
type failure struct {
	since time.Time // in real time
	wait  time.Duration
	told  string // the error that is in the log
	again *time.Timer
}

// FailsFor is for how long, in real time, each reconciliation of a key has returned an error;
// 0 if the last one did not.
func (l *Loop) FailsFor(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f, fails := l.failures[key]; fails {
		return time.Since(f.since)
	}
	return 0
}

// retry wakes a key again after an error. The log gets an error once, however often it comes
// again.
func (l *Loop) retry(key string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, again := l.failures[key]
	if again {
		f.again.Stop() // or each change of a key that fails would add a retry
	}
	if err == nil {
		delete(l.failures, key)
		return
	}
	if !again {
		f.since = time.Now()
	}
	f.wait = min(max(FirstRetry, 2*f.wait), LastRetry)
	if mends := l.opts.Mends != nil && l.opts.Mends(err); !mends && f.told != err.Error() {
		f.told = err.Error()
		l.opts.Log.Error("reconcile "+l.opts.Name+"; retrying", "key", key, "after", f.wait, "error", err)
	}
	f.again = time.AfterFunc(f.wait, func() { l.Wake(key) })
	l.failures[key] = f
}
