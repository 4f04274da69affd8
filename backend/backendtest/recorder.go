package backendtest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// recorder keeps the events of a Watch.
type recorder struct {
	mu      sync.Mutex
	events  []backend.Event
	changed chan struct{} // closed at the next event
}

func newRecorder() *recorder {
	return &recorder{changed: make(chan struct{})}
}

func (r *recorder) record(event backend.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
	close(r.changed)
	r.changed = make(chan struct{})
}

// snapshot is what has been seen, and a channel that closes when there is more.
func (r *recorder) snapshot() ([]backend.Event, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events), r.changed
}

// await waits until the events fulfil a condition, and returns them.
func (r *recorder) await(t *testing.T, what string, ok func([]backend.Event) bool) []backend.Event {
	t.Helper()
	deadline := time.After(patience)
	for {
		events, changed := r.snapshot()
		if ok(events) {
			return events
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("no %s within %v; events: %v", what, patience, events)
		}
	}
}

// awaitOf waits until the events of one container fulfil a condition.
func (r *recorder) awaitOf(t *testing.T, id, what string, ok func([]backend.Event) bool) []backend.Event {
	t.Helper()
	return of(id, r.await(t, what, func(events []backend.Event) bool { return ok(of(id, events)) }))
}

func of(id string, events []backend.Event) []backend.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e backend.Event) bool { return e.ContainerID != id })
}

// kinds are what happened, in order.
func kinds(events []backend.Event) []backend.EventKind {
	var kinds []backend.EventKind
	for _, event := range events {
		kinds = append(kinds, event.Kind)
	}
	return kinds
}

// last tells whether the latest event is of a kind.
func last(kind backend.EventKind) func([]backend.Event) bool {
	return func(events []backend.Event) bool {
		return len(events) > 0 && events[len(events)-1].Kind == kind
	}
}
