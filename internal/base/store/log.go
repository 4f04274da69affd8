package store

import (
	"math"
	"time"
)

// Log is an outbox: what transactions have to tell, in their order. Entries are
// numbered by a sequence that never goes back, and become visible when their
// transaction does. Only the newest are kept, as pointers to what the transactions
// wrote anyway, so that an entry costs next to nothing until it is read.
//
// Logs are variables of a package, like tables:
//
//	var taskEvents = store.NewLog[Task]("task-event", 10_000)
type Log[T any] struct{ *logTable }

// logTable is what the store knows of a log.
type logTable struct {
	name   string
	number int // among all logs
	keep   int
	blank  func() any
}

// logs are those that packages have declared, by name.
var logs = map[string]*logTable{}

// NewLog declares a log of entries of type *T, of which the store keeps the newest.
// See NewTable.
func NewLog[T any](name string, keep int) *Log[T] {
	declare(name)
	l := &logTable{name: name, number: len(logs), keep: keep, blank: func() any { return new(T) }}
	logs[name] = l
	return &Log[T]{l}
}

type Entry[T any] struct {
	Sequence uint64
	At       time.Time
	Value    *T // must not be changed
}

// entry is an entry as it is kept. Its sequence follows from its place.
type entry struct {
	at    int64 // nanoseconds
	value any
}

// addition is an entry that a transaction has made. Without a value it is the wish
// to forget the entries from before its time.
type addition struct {
	log *logTable
	entry
}

// Append adds an entry with a time of the caller's.
func (l *Log[T]) Append(tx *Tx, value *T, at time.Time) {
	tx.writes.additions = append(tx.writes.additions, addition{l.logTable, entry{at.UnixNano(), value}})
}

// Forget removes the oldest entries, as far as they are from before a time. Entries
// that are out of order stay as long as those before them.
func (l *Log[T]) Forget(tx *Tx, before time.Time) {
	oldest, found := tx.writes.store.rings[l.number].oldest()
	switch {
	case !found:
	case oldest.at < before.UnixNano():
		tx.forget(l.logTable, before.UnixNano())
	default:
		tx.AgainIn(time.Duration(oldest.at - before.UnixNano()))
	}
}

// endOfTime is later than any entry.
const endOfTime = math.MaxInt64

func (tx *Tx) forget(l *logTable, before int64) {
	tx.writes.additions = append(tx.writes.additions, addition{l, entry{at: before}})
}

// Since returns the entries after a sequence number, 0 for all, oldest first. If
// oldest, the sequence number of the first one that is kept, is greater than the one
// that the caller expects next, there were entries that are gone. changed is closed
// when there are more.
func (l *Log[T]) Since(s *Store, sequence uint64) (entries []Entry[T], oldest uint64, changed <-chan struct{}) {
	r := s.rings[l.number]
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.next()
	if sequence < from {
		from = max(sequence+1, r.first)
	}
	for n, e := range r.entries[from-r.first:] {
		entries = append(entries, Entry[T]{from + uint64(n), time.Unix(0, e.at).UTC(), e.value.(*T)})
	}
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return entries, r.first, r.changed
}

// Newest is the sequence number of the newest entry that ever was, 0 if there was none.
func (l *Log[T]) Newest(s *Store) uint64 {
	r := s.rings[l.number]
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next() - 1
}
