package sim

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

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
