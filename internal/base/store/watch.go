package store

import (
	"slices"
	"sync"
	"time"
)

// Watch is the only place where a controller is woken: a queue of ids, of rows that
// changed or of what these concern, each at most once, each handled by one worker at
// a time.
//
// A row with nothing to do costs nothing: wake-ups come from a transaction's list of
// changed rows, and need no goroutine or channel for each row.
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
	store   *Store
	sources map[*table]Source
	logs    map[*logTable]string // the id that an entry wakes
	// pause between two runs for one id, in real time: it lets a burst of
	// changes settle into one reconciliation. Idle does not wait for it.
	pause time.Duration

	mu     sync.Mutex
	closed bool
	queue  []string
	items  map[string]item // ids in the queue, at work or at rest
	// epoch counts the calls of Idle. A wake-up belongs to the epoch in which it
	// came; what a handling leads to belongs to that of the handling. owed is how
	// many wake-ups of an epoch have yet to be handled.
	epoch   uint64
	owed    map[uint64]int
	changed chan struct{} // closed when there is news; nil while no call waits for it
}

// Source is a table that a watch looks at, or a log.
type Source struct {
	table *table
	wakes func(before, after any) []string

	log *logTable // nil: it is a table
	id  string    // that each entry of the log wakes
}

// Watch begins a watch of tables. pause is the least time between two runs for one
// id, in real time.
func (s *Store) Watch(pause time.Duration, sources ...Source) *Watch {
	w := &Watch{
		store: s, sources: map[*table]Source{}, logs: map[*logTable]string{}, pause: pause,
		items: map[string]item{}, epoch: 1, owed: map[uint64]int{},
	}
	for _, source := range sources {
		if source.log != nil {
			w.logs[source.log] = source.id
		} else {
			w.sources[source.table] = source
		}
	}
	s.watchesMu.Lock()
	s.watches = append(s.watches, w)
	s.watchesMu.Unlock()
	tx := s.Read()
	for _, source := range sources {
		if source.log != nil {
			w.Wake(source.id)
			continue
		}
		ascend(tx.version[source.table.number].byKey, "", func(row any) bool {
			for _, id := range source.wakes(nil, row) {
				w.Wake(id)
			}
			return true
		})
	}
	return w
}

// Close ends the watch: nothing wakes it any more, and calls that wait in Next or in
// Idle returns.
func (w *Watch) Close() {
	w.store.watchesMu.Lock()
	w.store.watches = slices.DeleteFunc(w.store.watches, func(each *Watch) bool { return each == w })
	w.store.watchesMu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed, w.queue = true, nil
	clear(w.items)
	clear(w.owed)
	w.signal()
}

// cause is the handling of an id that leads to a transaction.
type cause struct {
	watch *Watch
	id    string
}

// CausedBy says that the transaction is part of the handling of an id that Next has
// handed out, so that Idle waits for what it wakes as well.
func (tx *Tx) CausedBy(w *Watch, id string) { tx.writes.cause = cause{w, id} }

// Woken is how often watches have been woken so far. Equal numbers mean that no
// controller has got anything to do in between.
func (s *Store) Woken() uint64 { return s.woken.Load() }

// wake tells the watches of a transaction, and those who wait for any.
func (s *Store) wake(c *commit) {
	for _, f := range c.then {
		f()
	}
	if s.onChange != nil {
		s.onChange()
	}
	if len(c.changes) > 0 {
		s.news.tell()
	}
	s.watchesMu.RLock()
	defer s.watchesMu.RUnlock()
	woken := false
	for _, w := range s.watches {
		woken = w.tell(c) || woken
	}
	if woken {
		s.woken.Add(1)
	}
}

// tell wakes the ids that a transaction concerns, and reports whether there are any.
func (w *Watch) tell(c *commit) (woken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	epoch := w.epoch
	if c.cause.watch == w {
		epoch = w.epochOf(c.cause.id)
	}
	for _, change := range c.changes {
		source, watched := w.sources[change.table]
		if !watched {
			continue
		}
		for _, id := range source.wakes(change.before, change.after) {
			w.wakeIn(epoch, id)
			woken = true
		}
	}
	for _, a := range c.additions {
		if id, watched := w.logs[a.log]; watched && a.value != nil {
			w.wakeIn(epoch, id)
			woken = true
		}
	}
	return woken
}
