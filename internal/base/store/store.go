// Package store keeps immutable rows in tables: transactions over copy-on-write
// trees, a durable log, and watches that wake controllers. It knows no row by its type; each
// AWS service brings a package of rows, whose tables declare themselves.
//
// Rows are never changed: copy one, change the copy and put it. Neither clock nor
// chance is read here; both arrive as arguments.
package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Store holds the rows of all tables that the program's packages declare.
type Store struct {
	// Readers see visible, which is on disk. Writers build on head, which is ahead
	// of it by what is on its way there. Without a durable log the two are one.
	visible atomic.Pointer[version]
	head    version
	writing sync.Mutex // of head; held by Update

	journal *journal // nil: rows are in memory only
	rings   []*ring  // by log

	woken     atomic.Uint64
	watchesMu sync.RWMutex
	watches   []*Watch

	onChange func() // nil: none
	news     news
}

// Options say where rows live.
type Options struct {
	// Path of the durable log; empty keeps rows in memory only. The file is made if
	// there is none.
	Path string
	// Stamp gives what is kept with each write in place of what was kept before; see
	// [Store.Stamped]. It is not called by Open, and may be nil. Where it gives nil,
	// what was kept before stays.
	Stamp func() []byte
	// Migrations bring files of older formats up to date: the first one leads from
	// format 0 to format 1, and so on. Their number is the present format.
	Migrations []Migration
	// Skipped has Open leave out damaged rows, and is called for each. The next write removes them from the file.
	// Without it such a file is refused.
	Skipped func(why error)
	// Fault is asked before each write to disk, and its error is that of the write.
	// Tests fill the disk with it.
	Fault func() error
}

// Open makes a store and loads what the durable log holds. It changes no file that there is: one that cannot be read is left
// as it is, and one of an older format is brought up to date with the first write.
func Open(opts Options) (_ *Store, err error) {
	s := &Store{head: newVersion()}
	for range logs {
		s.rings = append(s.rings, &ring{kept: kept{first: 1}, stored: 1})
	}
	if opts.Path != "" {
		if s.journal, err = openJournal(opts); err != nil {
			return nil, err
		}
		if err := s.load(s.head); err != nil {
			return nil, s.journal.abandon(err)
		}
	}
	s.see(s.head)
	return s, nil
}

// OnChange has f called by each transaction that changes something, before its Update returns. f must not block. It is
// set before anything else uses the store.
func (s *Store) OnChange(f func()) { s.onChange = f }

// Close ends the durable log. Nothing may be updated afterwards.
func (s *Store) Close() error {
	if s.journal == nil {
		return nil
	}
	s.journal.flushing.Lock()
	defer s.journal.flushing.Unlock()
	return errors.Join(s.stamp(), s.journal.db.Close())
}

// Abandon is Close that writes nothing, for a start that is refused.
func (s *Store) Abandon() error {
	if s.journal == nil {
		return nil
	}
	return s.journal.db.Close()
}

// Read returns a snapshot. It costs nothing and need not be closed.
func (s *Store) Read() *Tx { return &Tx{version: *s.visible.Load()} }

// Update runs fn on a writable snapshot and commits what it put, all or nothing.
// With a durable log it returns when the change is on disk, and only then readers see
// it and controllers are woken: no controller acts on what a crash could take back. If the
// disk fails, nothing has changed.
//
// fn must not block: it holds the only write lock.
func (s *Store) Update(fn func(tx *Tx) error) error { return s.UpdateSoon(0, fn) }

// UpdateSoon is Update for what is in no hurry. With a durable log it leaves the disk to the transactions of others,
// whose next write takes this one along, and writes it itself if there is none for so long, in real time, or at
// [Store.Flush].
func (s *Store) UpdateSoon(patience time.Duration, fn func(tx *Tx) error) error {
	c, err := s.commit(fn)
	switch {
	case c == nil:
		return err
	case s.journal == nil:
		s.wake(c)
		return nil
	}
	c.waitFor(patience)
	if failed := s.flush(c); failed != nil {
		return failed
	}
	return err
}

// commit is a transaction that has changed something.
type commit struct {
	*writes
	version version // as it left it

	// Its result on disk.
	done chan struct{} // closed when err is known
	err  error
}

// isDone reports whether the result is known.
func (c *commit) isDone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// waitFor waits for others to write a commit.
func (c *commit) waitFor(patience time.Duration) {
	if patience <= 0 {
		return
	}
	over := time.NewTimer(patience)
	defer over.Stop()
	select {
	case <-c.done:
	case <-over.C:
	}
}

// commit runs fn and puts its change in line for the disk. If there is none, or fn
// refuses, it returns the commit that fn may have seen before it is on disk, or nil: that
// decides whether the answer holds. A panic in fn changes nothing and leaves the store
// usable.
func (s *Store) commit(fn func(tx *Tx) error) (*commit, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	tx := s.begin()
	c := &commit{writes: tx.writes, version: tx.version, done: make(chan struct{})}
	if err := fn(tx); err != nil {
		return s.unwritten(), err
	}
	for _, keep := range bounds {
		keep(tx)
	}
	tx.writes = nil // the version never changes from now on
	s.head = c.version
	c.dropVoid()
	changed := len(c.changes) > 0 || len(c.additions) > 0
	switch {
	case !changed:
		return s.unwritten(), nil
	case s.journal == nil && len(c.additions) == 0:
		s.see(c.version)
	case s.journal == nil:
		s.show([]*commit{c}, s.logsAfter(c))
	default:
		s.journal.enqueue(c)
	}
	return c, nil
}

// unwritten is the newest commit that is not on disk yet, or nil.
func (s *Store) unwritten() *commit {
	if s.journal == nil {
		return nil
	}
	return s.journal.last()
}

// Flush returns when all is on disk that Update and UpdateSoon have done so far, or has failed.
func (s *Store) Flush() error {
	if c := s.unwritten(); c != nil {
		return s.flush(c)
	}
	return nil
}

// show makes commits visible, and at the same moment what the logs keep after them: who
// has seen the one sees the other.
func (s *Store) show(batch []*commit, after []kept) {
	for _, r := range s.rings {
		r.mu.Lock()
		defer r.mu.Unlock()
	}
	s.see(batch[len(batch)-1].version)
	for i, r := range s.rings {
		r.become(after[i])
	}
}

func (s *Store) see(v version) { s.visible.Store(&v) }

// Idle waits for all watches; see [Watch.Idle].
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

// Reset removes every row and every entry of a log, as if the store had just been
// made; but the sequences of logs go on.
func (s *Store) Reset() error {
	return s.Update(func(tx *Tx) error {
		tx.Reset()
		return nil
	})
}

// Reset removes what [Store.Reset] removes, in a transaction that may go on.
func (tx *Tx) Reset() {
	for _, t := range tables {
		tx.clear(t)
	}
	for _, l := range logs {
		tx.forget(l, endOfTime)
	}
}
