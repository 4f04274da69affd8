package store

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"go.etcd.io/bbolt"
)

// journal keeps the rows on disk: a bbolt file with a bucket for each table, a
// row's AWS-shaped JSON with a checksum under its key, and buckets of its own (see meta.go).
//
// Commits are grouped without a goroutine of their own: the one that comes first
// writes and syncs all that is queued, and those who waited meanwhile find their
// change on disk. bbolt's own Batch waits for company instead, and is some forty
// times slower for a single writer.
type journal struct {
	db       *bbolt.DB
	fault    func() error
	newStamp func() []byte // nil: none is kept
	stamped  []byte        // as the file had it when it was opened

	// What the next write has to mend; see mend.
	migrations []Migration
	outdated   bool               // the file is of an older format
	lacking    bool               // something was left out when it was read
	bad        map[storedRow]bool // rows of that which are there
	skipped    func(why error)

	queueMu sync.Mutex
	queue   []*commit
	newest  *commit // the last one queued; nil after a failure

	flushing sync.Mutex
	// Rows and entries of writes that failed, of which the disk may yet hold some.
	doubtful      map[rowID]bool
	doubtfulSpans []span

	errMu sync.Mutex
	err   error // of the last write
	short bool  // a write has failed, and Probe has not found room since
}

// enqueue must be called in the order of the commits.
func (j *journal) enqueue(c *commit) {
	j.queueMu.Lock()
	defer j.queueMu.Unlock()
	j.queue = append(j.queue, c)
	j.newest = c
}

// take empties the queue.
func (j *journal) take() []*commit {
	j.queueMu.Lock()
	defer j.queueMu.Unlock()
	queue := j.queue
	j.queue = nil
	return queue
}

// last is the newest commit if it is not on disk yet, or nil.
func (j *journal) last() *commit {
	j.queueMu.Lock()
	defer j.queueMu.Unlock()
	if j.newest != nil && j.newest.isDone() {
		j.newest = nil
	}
	return j.newest
}

// flush returns when a commit is on disk and visible, and has woken controllers, or
// when it has failed. A failure takes all commits with it that are not on disk: each
// may build on the one before.
func (s *Store) flush(c *commit) error {
	if c.isDone() {
		return c.err
	}
	s.journal.flushing.Lock()
	defer s.journal.flushing.Unlock()
	if c.isDone() {
		return c.err
	}
	batch := s.journal.take()
	logs := s.logsAfter(batch...)
	err := s.write(batch, logs)
	if err != nil {
		batch = append(batch, s.takeBack()...)
	} else {
		s.show(batch, logs)
	}
	for _, each := range batch {
		if err == nil {
			s.wake(each)
		}
		each.err = err
		close(each.done)
	}
	return err
}

// takeBack has writers begin anew with what is on disk, and returns the commits
// that were made meanwhile.
func (s *Store) takeBack() []*commit {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.head = *s.visible.Load()
	s.journal.queueMu.Lock()
	s.journal.newest = nil
	s.journal.queueMu.Unlock()
	return s.journal.take()
}

// write puts commits on disk, and what they make of the logs.
func (s *Store) write(batch []*commit, logsAfter []kept) error {
	j := s.journal
	var spans []span
	for _, l := range logs {
		spans = append(spans, s.rings[l.number].changes(l, logsAfter[l.number])...)
	}
	encode := newEncoder(batch)
	newest := j.newestOnDisk()
	err := s.updateDisk(func(disk *boltfile.Writer) error {
		for _, c := range batch {
			for _, change := range c.changes {
				if err := putRow(disk, change.rowID, change.after, encode); err != nil {
					return err
				}
			}
		}
		for _, span := range spans {
			if err := span.write(disk, logsAfter[span.log.number], encode); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, l := range logs {
			r := s.rings[l.number]
			r.stored = r.storedAfter(l, logsAfter[l.number])
		}
		return nil
	}
	if j.newestOnDisk() == newest {
		return err // the file is as it was, as on a full disk
	}
	if j.doubtful == nil {
		j.doubtful = map[rowID]bool{}
	}
	for _, c := range batch {
		for _, change := range c.changes {
			j.doubtful[change.rowID] = true
		}
	}
	j.doubtfulSpans = append(j.doubtfulSpans, spans...)
	return err
}

// newestOnDisk is the number of the last transaction that the file has.
func (j *journal) newestOnDisk() (number int) {
	_ = j.db.View(func(disk *bbolt.Tx) error { number = disk.ID(); return nil }) // a closed file has none
	return number
}

// updateDisk changes the file, where nothing of writes that failed is left then.
func (s *Store) updateDisk(fn func(disk *boltfile.Writer) error) error {
	err := s.journal.update(func(disk *boltfile.Writer) error {
		if err := errors.Join(s.mendLogs(disk), s.undo(disk)); err != nil {
			return err
		}
		return fn(disk)
	})
	if err == nil {
		s.journal.lacking = false
		s.journal.doubtful, s.journal.doubtfulSpans = nil, nil
	}
	return err
}

// mendLogs removes the entries before one that was left out: the entries of a log have no gap.
func (s *Store) mendLogs(disk *boltfile.Writer) error {
	if !s.journal.lacking {
		return nil
	}
	for _, l := range logs {
		r := s.rings[l.number]
		if err := (span{l, r.stored, r.first}).write(disk, r.kept, wire.Marshal); err != nil {
			return err
		}
	}
	return nil
}

// undo takes back what failed writes may have left on disk.
func (s *Store) undo(disk *boltfile.Writer) error {
	for id := range s.journal.doubtful {
		if err := putRow(disk, id, s.Read().row(id), wire.Marshal); err != nil {
			return err
		}
	}
	for _, span := range s.journal.doubtfulSpans {
		if err := span.write(disk, s.rings[span.log.number].kept, wire.Marshal); err != nil {
			return err
		}
	}
	return nil
}

// newEncoder makes the JSON of rows; of those that are entries of logs as well, once.
func newEncoder(batch []*commit) func(value any) []byte {
	twice := map[any][]byte{}
	for _, c := range batch {
		for _, a := range c.additions {
			twice[a.value] = nil
		}
	}
	return func(value any) []byte {
		body, known := twice[value]
		if body == nil {
			body = wire.Marshal(value)
		}
		if known {
			twice[value] = body
		}
		return body
	}
}

// update changes the file and its stamp, and keeps the result.
func (j *journal) update(fn func(disk *boltfile.Writer) error) error {
	err := j.fault()
	if err == nil {
		err = boltfile.Update(j.db, func(disk *boltfile.Writer) error {
			if err := j.mend(disk); err != nil {
				return err
			}
			if stamp := j.nextStamp(); stamp != nil {
				if err := putStamp(disk, stamp); err != nil {
					return err
				}
			}
			return fn(disk)
		})
	}
	if err != nil {
		err = fmt.Errorf("write state file: %w", err)
	} else {
		j.outdated = false
		clear(j.bad)
	}
	j.errMu.Lock()
	defer j.errMu.Unlock()
	j.err = err
	j.short = j.short || err != nil
	return err
}

// mend brings the file up to date, and removes the rows that were left out when it was read. It is part of the first
// write, so that a start needs no room on the disk, and one that is refused changes nothing.
func (j *journal) mend(disk *boltfile.Writer) error {
	for row := range j.bad {
		if err := disk.Delete(row.table, []byte(row.key)); err != nil {
			return err
		}
	}
	if j.lacking {
		if err := disk.Recount(); err != nil {
			return err
		}
	}
	if j.outdated {
		return migrate(disk, j.migrations)
	}
	return nil
}

// storedRow is a row or an entry of a log, as the file has it.
type storedRow struct{ table, key string }

// putRow writes a row; nil removes it.
func putRow(disk *boltfile.Writer, id rowID, row any, encode func(value any) []byte) error {
	if row == nil {
		return disk.Delete(id.table.name, []byte(id.key))
	}
	return disk.Put(id.table.name, []byte(id.key), encode(row))
}

// abandon ends a file that cannot be used, because of err.
func (j *journal) abandon(err error) error { return errors.Join(err, j.db.Close()) }
