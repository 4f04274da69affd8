package enginecall

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// unanswered are the calls under way that the engine has not answered at the first attempt.
type unanswered struct {
	log   *slog.Logger
	mu    sync.Mutex
	calls map[*waiting]struct{}
}

type waiting struct {
	to    string // as TimeoutError has it
	began time.Time
}

// note adds a call, until the function that it returns is called. It logs a call if no other one is there.
func (u *unanswered) note(to string, began time.Time) (answered func()) {
	w := &waiting{to, began}
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.calls) == 0 {
		u.log.Info("the container engine does not answer a call: making it again", "call", w.String())
	}
	u.calls[w] = struct{}{}
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.calls, w)
	}
}

func (w *waiting) String() string {
	return fmt.Sprintf("something is to be %s: no answer for %s", w.to, time.Since(w.began).Round(time.Second))
}

// Unanswered describes, for people, the calls that the engine has not answered at the first attempt. They are made again.
func (e *Engine) Unanswered() []string {
	u := e.timed.unanswered
	u.mu.Lock()
	defer u.mu.Unlock()
	var list []string
	for w := range u.calls {
		list = append(list, w.String())
	}
	slices.Sort(list)
	return list
}
