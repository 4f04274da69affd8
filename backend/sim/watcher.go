package sim

import (
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
	idle   chan struct{}     // closed when it has seen all; nil while no call of Settle waits
	wake   chan struct{}     // holds one token when there are events
}

func (e *Engine) disconnected() backend.Event {
	return backend.Event{Kind: backend.Disconnected, Time: e.clock.Now(), Err: e.lost}
}

func (w *watcher) rest() {
	if w.idle != nil {
		close(w.idle)
		w.idle = nil
	}
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

// emit tells the watchers of a container's change. A lost engine tells none:
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
