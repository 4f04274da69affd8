package scene

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Recorder keeps the events of a Watch.
type Recorder struct {
	mu      sync.Mutex
	events  []backend.Event
	changed chan struct{} // closed at the next event
}

func NewRecorder() *Recorder {
	return &Recorder{changed: make(chan struct{})}
}

func (r *Recorder) Record(event backend.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
	close(r.changed)
	r.changed = make(chan struct{})
}

// Snapshot is what has been seen, and a channel that closes when there is more.
func (r *Recorder) Snapshot() ([]backend.Event, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events), r.changed
}

// Await waits until the events fulfil a condition, and returns them.
func (r *Recorder) Await(t *testing.T, what string, ok func([]backend.Event) bool) []backend.Event {
	t.Helper()
	deadline := time.After(Patience)
	for {
		events, changed := r.Snapshot()
		if ok(events) {
			return events
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("no %s within %v; events: %v", what, Patience, events)
		}
	}
}

// AwaitOf waits until the events of one container fulfil a condition.
func (r *Recorder) AwaitOf(t *testing.T, id, what string, ok func([]backend.Event) bool) []backend.Event {
	t.Helper()
	return Of(id, r.Await(t, what, func(events []backend.Event) bool { return ok(Of(id, events)) }))
}

func Of(id string, events []backend.Event) []backend.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e backend.Event) bool { return e.ContainerID != id })
}

// Kinds are what happened, in order.
func Kinds(events []backend.Event) []backend.EventKind {
	var kinds []backend.EventKind
	for _, event := range events {
		kinds = append(kinds, event.Kind)
	}
	return kinds
}

// Last tells whether the latest event is of a kind.
func Last(kind backend.EventKind) func([]backend.Event) bool {
	return func(events []backend.Event) bool {
		return len(events) > 0 && events[len(events)-1].Kind == kind
	}
}
