package state

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-memdb"
)

// Watch is the only place where a controller is woken: a queue of the ids of rows
// that changed, each at most once, each handled by one worker at a time.
//
// It stands in for memdb's own watch channels. Those need a goroutine for each
// row; the transaction's list of changed rows gives the same wake-up, a row with
// nothing to do costs nothing, and a write next to a row never wakes it.
//
//	for {
//		id, err := watch.Next(ctx)
//		if err != nil {
//			return err
//		}
//		reconcile(id) // reads the store anew: the wake-up carries no data
//		watch.Done(id)
//	}
type Watch struct {
	store  *Store
	tables map[string]bool
	// pause between two runs for one id, in real time: it lets a burst of
	// changes settle into one reconciliation.
	pause time.Duration

	mu      sync.Mutex
	queue   []string
	state   map[string]watchState
	changed chan struct{} // closed and renewed when the queue fills or idles
}

type watchState int

const (
	waiting      watchState = iota + 1 // in the queue
	working                            // handed out
	workingDirty                       // handed out, changed since
	resting                            // done less than pause ago
	restingDirty                       // and changed since
)

// WatchTasks wakes with the ARN of each task that changes.
func (s *Store) WatchTasks() *Watch { return s.watch(0, tableTask) }

// WatchServices wakes with the ARN of each service that changes, or whose tasks do.
func (s *Store) WatchServices(pause time.Duration) *Watch {
	return s.watch(pause, tableService, tableServiceSummary)
}

// watch starts with every row that exists: controllers are level-triggered.
func (s *Store) watch(pause time.Duration, tables ...string) *Watch {
	w := &Watch{
		store: s, tables: map[string]bool{}, pause: pause,
		state: map[string]watchState{}, changed: make(chan struct{}),
	}
	for _, table := range tables {
		w.tables[table] = true
	}
	s.watchesMu.Lock()
	s.watches = append(s.watches, w)
	s.watchesMu.Unlock()
	tx := s.Read()
	for _, table := range tables {
		for _, r := range scan[row](tx, table, "") {
			w.Wake(r.Key())
		}
	}
	return w
}

// Close ends the watch; nothing wakes it any more.
func (w *Watch) Close() {
	w.store.watchesMu.Lock()
	defer w.store.watchesMu.Unlock()
	w.store.watches = slices.DeleteFunc(w.store.watches, func(each *Watch) bool { return each == w })
}

func (s *Store) wake(changes memdb.Changes) {
	s.watchesMu.RLock()
	defer s.watchesMu.RUnlock()
	for _, w := range s.watches {
		for _, change := range changes {
			if !w.tables[change.Table] {
				continue
			}
			changed := change.After
			if changed == nil {
				changed = change.Before
			}
			w.Wake(changed.(row).Key())
		}
	}
}

// Wake puts an id into the queue, unless it is there already. Controllers use it
// for what no row says: a timer that ran out, an engine that came back.
func (w *Watch) Wake(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch w.state[id] {
	case waiting, workingDirty, restingDirty:
	case working:
		w.state[id] = workingDirty
	case resting:
		w.state[id] = restingDirty
	default:
		w.enqueue(id)
	}
}

func (w *Watch) enqueue(id string) {
	w.state[id] = waiting
	w.queue = append(w.queue, id)
	w.signal()
}

func (w *Watch) signal() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// Next waits for an id that changed. The caller calls Done with it when it is
// through. The error is that of ctx.
func (w *Watch) Next(ctx context.Context) (string, error) {
	for {
		w.mu.Lock()
		if len(w.queue) > 0 {
			id := w.queue[0]
			w.queue = w.queue[1:]
			w.state[id] = working
			w.mu.Unlock()
			return id, nil
		}
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-changed:
		}
	}
}

// Done ends the work on an id. What changed meanwhile brings it back, after pause.
func (w *Watch) Done(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	dirty := w.state[id] == workingDirty
	if w.pause == 0 {
		w.settle(id, dirty)
		return
	}
	w.state[id] = resting
	if dirty {
		w.state[id] = restingDirty
	}
	time.AfterFunc(w.pause, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.settle(id, w.state[id] == restingDirty)
	})
}

func (w *Watch) settle(id string, dirty bool) {
	if dirty {
		w.enqueue(id)
		return
	}
	delete(w.state, id)
	w.signal()
}

// Idle waits until nothing is queued and nobody works.
func (w *Watch) Idle(ctx context.Context) error {
	for {
		w.mu.Lock()
		idle := len(w.state) == 0
		changed := w.changed
		w.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
