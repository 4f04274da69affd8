// Package state is the single source of truth: what clients asked for, what the
// controllers decided, and what the engines reported.
//
// Rows are immutable: to change one, copy it, change the copy and put it. Handlers
// and controllers meet here and nowhere else. A change wakes exactly the
// controllers that watch the changed row (see [Watch]). Neither clock nor chance
// is read here: both arrive as arguments.
//
//	err := store.Update(func(tx *state.Tx) error {
//		return tx.StopTask(taskARN, state.Stop{Code: code, Reason: why, At: now})
//	})
package state

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-memdb"
)

// Store holds all rows.
type Store struct {
	db *memdb.MemDB

	// writing serialises Update, so that the journal sees commits in order.
	writing sync.Mutex
	journal *journal // nil: state is in memory only

	commits   atomic.Uint64
	tasks     sync.Map // the newest row of each task by ARN, see Task
	watchesMu sync.RWMutex
	watches   []*Watch
}

// Options say where state lives.
type Options struct {
	// Path of the durable log; empty keeps state in memory only.
	Path string
}

// Open makes a store and loads what the durable log holds.
func Open(opts Options) (*Store, error) {
	db, err := memdb.NewMemDB(schema())
	if err != nil {
		return nil, fmt.Errorf("create state tables: %w", err)
	}
	s := &Store{db: db}
	if opts.Path == "" {
		return s, nil
	}
	if s.journal, err = openJournal(opts.Path); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		return nil, errorsJoinClose(err, s.journal)
	}
	return s, nil
}

// Close ends the durable log. Nothing may be updated afterwards.
func (s *Store) Close() error {
	if s.journal == nil {
		return nil
	}
	return s.journal.close()
}

// Read returns a snapshot. It costs nothing and need not be closed.
func (s *Store) Read() *Tx { return &Tx{txn: s.db.Txn(false)} }

// Update runs fn on a writable snapshot and commits what it put, all or nothing.
// It returns after the change is on disk (with a durable log), and only then
// wakes the controllers: an engine never acts on what a crash could take back.
//
// fn must not block: it holds the only write lock.
func (s *Store) Update(fn func(tx *Tx) error) error {
	changes, queued, err := s.commit(fn)
	switch {
	case err != nil || len(changes) == 0:
		return err
	case s.journal == nil:
		s.wake(changes)
		return nil
	default:
		return s.journal.flush(queued, s.wake)
	}
}

// commit makes the change visible and puts it in line for the disk. A panic in fn
// changes nothing and leaves the store usable.
func (s *Store) commit(fn func(tx *Tx) error) (changes memdb.Changes, queued uint64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	txn := s.db.Txn(true)
	defer txn.Abort() // does nothing after Commit
	txn.TrackChanges()
	if err := fn(&Tx{txn: txn}); err != nil {
		return nil, 0, err
	}
	changes = txn.Changes()
	txn.Commit()
	if len(changes) == 0 {
		return nil, 0, nil
	}
	s.commits.Add(1)
	s.remember(changes)
	if s.journal != nil {
		queued = s.journal.enqueue(changes)
	}
	return changes, queued, nil
}

// Task returns the newest row of a task, or nil. It costs a tenth of what looking
// it up in a snapshot does, for those who need one task and nothing that fits it.
func (s *Store) Task(arn string) *Task {
	if t, found := s.tasks.Load(arn); found {
		return t.(*Task)
	}
	return nil
}

// remember keeps what Task returns.
func (s *Store) remember(changes memdb.Changes) {
	for _, change := range changes {
		switch {
		case change.Table != tableTask:
		case change.Deleted():
			s.tasks.Delete(change.Before.(*Task).ARN)
		default:
			s.tasks.Store(change.After.(*Task).ARN, change.After)
		}
	}
}

// Commits is the number of changes so far; equal numbers mean that nothing has
// changed in between.
func (s *Store) Commits() uint64 { return s.commits.Load() }

// Idle waits until no controller has a changed row to look at.
func (s *Store) Idle(ctx context.Context) error {
	s.watchesMu.RLock()
	watches := slices.Clone(s.watches)
	s.watchesMu.RUnlock()
	for _, w := range watches {
		if err := w.Idle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Reset removes every row, as if the store had just been made.
func (s *Store) Reset() error {
	return s.Update(func(tx *Tx) error {
		for table := range schema().Tables {
			if _, err := tx.txn.DeleteAll(table, "id"); err != nil {
				return fmt.Errorf("empty table %s: %w", table, err)
			}
		}
		return nil
	})
}

// Tx is a snapshot of the store, writable inside Update. The methods for each
// resource stand in the file named after it.
type Tx struct {
	txn *memdb.Txn
}

// row is what tables hold. Key is the row's unique id.
type row interface{ Key() string }

// get returns the row with the id, or nil.
func get[R row](tx *Tx, table, id string) (found R) {
	raw, err := tx.txn.First(table, "id", id)
	if err != nil {
		panic(fmt.Sprintf("state: read %s: %v", table, err)) // a table that does not exist
	}
	if raw == nil {
		return found
	}
	return raw.(R)
}

// scan returns the rows whose id starts with prefix, in order of their ids.
func scan[R row](tx *Tx, table, prefix string) []R {
	return collect[R](tx, table, "id_prefix", prefix)
}

func collect[R row](tx *Tx, table, index, value string) []R {
	it, err := tx.txn.Get(table, index, value)
	if err != nil {
		panic(fmt.Sprintf("state: list %s: %v", table, err))
	}
	var rows []R
	for raw := it.Next(); raw != nil; raw = it.Next() {
		rows = append(rows, raw.(R))
	}
	return rows
}

// put writes a row that the caller will not change any more.
func put(tx *Tx, table string, r row) {
	if err := tx.txn.Insert(table, r); err != nil {
		panic(fmt.Sprintf("state: write %s: %v", table, err)) // outside Update
	}
}

func remove(tx *Tx, table string, r row) {
	if err := tx.txn.Delete(table, r); err != nil {
		panic(fmt.Sprintf("state: delete from %s: %v", table, err))
	}
}

// aging is a row that is forgotten after a while. An empty key is one that is not.
type aging interface{ ageKey() string }

// forget removes the rows of a table whose age, by the index of that name, lies
// before a time.
func forget(tx *Tx, table string, before time.Time) {
	it, err := tx.txn.Get(table, "age_prefix", "")
	if err != nil {
		panic(fmt.Sprintf("state: list %s by age: %v", table, err)) // a table without the index
	}
	var old []row
	for raw := it.Next(); raw != nil; raw = it.Next() {
		r := raw.(row)
		if r.(aging).ageKey() >= timeKey(before) {
			break
		}
		old = append(old, r)
	}
	for _, r := range old {
		remove(tx, table, r)
	}
}

// timeKey sorts as the times do.
func timeKey(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000000") }
