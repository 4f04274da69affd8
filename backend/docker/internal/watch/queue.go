package watch

import (
	"context"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// maxQueued is how many events wait for the watcher. Beyond, they are dropped for
// one Resync.
const maxQueued = 1 << 16

// queue holds events between the engine, which does not wait, and the watcher.
type queue struct {
	mu     sync.Mutex
	events []backend.Event
	filled chan struct{} // holds a token when there are events
}

func newQueue() *queue { return &queue{filled: make(chan struct{}, 1)} }

func (q *queue) add(event backend.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) >= maxQueued {
		q.events = nil
		event = backend.Event{Kind: backend.Resync, Time: event.Time}
	}
	q.events = append(q.events, event)
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// next waits for an event, or for the end of ctx.
func (q *queue) next(ctx context.Context) (backend.Event, error) {
	for {
		if event, ok := q.pop(); ok && ctx.Err() == nil {
			return event, nil
		}
		select {
		case <-q.filled:
		case <-ctx.Done():
			return backend.Event{}, ctx.Err()
		}
	}
}

func (q *queue) pop() (backend.Event, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) == 0 {
		return backend.Event{}, false
	}
	event := q.events[0]
	q.events = q.events[1:]
	return event, true
}
