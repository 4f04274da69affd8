package sim

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// maxEvents is how many events wait for a slow watcher. Beyond, they are dropped
// for one Resync.
const maxEvents = 1 << 18

// watcher is a call of Watch. All but wake belongs to the engine's lock.
type watcher struct {
	labels map[string]string // of the containers it asks for
	events []backend.Event   // that it has yet to see
	busy   bool              // it is being shown some
	idle   chan struct{}     // closed when it has seen all; nil if nobody waits
	wake   chan struct{}     // holds one token when there are events
}

// Watch calls fn for each event until ctx ends, and returns its error.
func (e *Engine) Watch(ctx context.Context, labels map[string]string, fn func(backend.Event)) error {
	w := &watcher{labels: labels, wake: make(chan struct{}, 1)}
	e.startWatch(w)
	defer e.endWatch(w)
	for {
		events := e.takeEvents(w)
		for _, event := range events {
			if err := ctx.Err(); err != nil {
				return err
			}
			fn(event)
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (e *Engine) startWatch(w *watcher) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watchers[w] = struct{}{}
	if e.lost != nil {
		w.add(e.disconnected())
		return
	}
	w.add(backend.Event{Kind: backend.Resync, Time: e.clock.Now()})
}

func (e *Engine) endWatch(w *watcher) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.watchers, w)
	w.rest()
}

// takeEvents are what a watcher is to see next. None means that it has seen all.
func (e *Engine) takeEvents(w *watcher) []backend.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	events := w.events
	w.events, w.busy = nil, len(events) > 0
	if !w.busy {
		w.rest()
	}
	return events
}

func (w *watcher) rest() {
	if w.idle != nil {
		close(w.idle)
		w.idle = nil
	}
}

// Settle returns once every Watch has handled all events that there are, and no load balancer
// is checking a target: for who advances the clock and wants to know whether the world is
// quiet.
func (e *Engine) Settle(ctx context.Context) error {
	for {
		idle := e.unsettled()
		if idle == nil {
			return e.awaitChecks(ctx)
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unsettled closes when the first watcher that has events has seen them; it is
// nil if there is none.
func (e *Engine) unsettled() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	for w := range e.watchers {
		if w.busy || len(w.events) > 0 {
			if w.idle == nil {
				w.idle = make(chan struct{})
			}
			return w.idle
		}
	}
	return nil
}

func (w *watcher) add(event backend.Event) {
	if len(w.events) >= maxEvents {
		w.events = nil
		event = backend.Event{Kind: backend.Resync, Time: event.Time}
	}
	w.events = append(w.events, event)
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// emit tells the watchers of a container's change. A lost engine tells nobody:
// they hear of it by the Resync that follows.
func (e *Engine) emit(c *container, event backend.Event) {
	if e.lost != nil || len(e.watchers) == 0 {
		return
	}
	event.ContainerID = c.id
	event.Time = e.clock.Now()
	for w := range e.watchers {
		if carries(c.labels, w.labels) {
			w.add(event)
		}
	}
}
