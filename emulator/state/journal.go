package state

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/wire"
	"github.com/hashicorp/go-memdb"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// journal keeps the rows on disk: a bbolt file with a bucket for each table, a
// row's AWS-shaped JSON under its id.
//
// Commits are grouped without a goroutine of their own: whoever comes first
// writes and syncs all that is queued, and those who waited meanwhile find their
// change on disk. bbolt's own Batch waits for company instead, and is some forty
// times slower for a single writer.
type journal struct {
	db *bbolt.DB

	queueMu sync.Mutex
	queue   []memdb.Changes
	last    uint64 // number of the newest queued commit

	flushMu sync.Mutex
	flushed uint64
	err     error // the first write that failed: nothing after it counts
}

func openJournal(path string) (*journal, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoFreelistSync: true})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open state file %s: another emulator uses it", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open state file %s: %w", path, err)
	}
	return &journal{db: db}, nil
}

func (j *journal) close() error { return j.db.Close() }

func errorsJoinClose(err error, j *journal) error { return errors.Join(err, j.close()) }

// enqueue must be called in the order of the commits.
func (j *journal) enqueue(changes memdb.Changes) uint64 {
	j.queueMu.Lock()
	defer j.queueMu.Unlock()
	j.queue = append(j.queue, changes)
	j.last++
	return j.last
}

// flush returns when the commit with the number is on disk, and has called wake
// for it and all before it.
func (j *journal) flush(number uint64, wake func(memdb.Changes)) error {
	j.flushMu.Lock()
	defer j.flushMu.Unlock()
	if j.flushed >= number || j.err != nil {
		return j.err
	}
	j.queueMu.Lock()
	queue, last := j.queue, j.last
	j.queue = nil
	j.queueMu.Unlock()
	if err := j.db.Update(func(tx *bbolt.Tx) error { return write(tx, queue) }); err != nil {
		j.err = fmt.Errorf("write state file: %w", err)
		return j.err
	}
	j.flushed = last
	for _, changes := range queue {
		wake(changes)
	}
	return nil
}

func write(tx *bbolt.Tx, queue []memdb.Changes) error {
	for _, changes := range queue {
		for _, change := range changes {
			bucket, err := tx.CreateBucketIfNotExists([]byte(change.Table))
			if err != nil {
				return err
			}
			if change.Deleted() {
				err = bucket.Delete([]byte(change.Before.(row).Key()))
			} else {
				err = bucket.Put([]byte(change.After.(row).Key()), wire.Marshal(change.After))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// load fills the store with what the journal holds.
func (s *Store) load() error {
	txn := s.db.Txn(true)
	defer txn.Abort()
	err := s.journal.db.View(func(disk *bbolt.Tx) error {
		return disk.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			table := string(name)
			if blank[table] == nil {
				return fmt.Errorf("state file has a table %q that this version does not know", table)
			}
			return bucket.ForEach(func(id, body []byte) error {
				r := blank[table]()
				if err := wire.Unmarshal(body, r); err != nil {
					return fmt.Errorf("read %s %q: %w", table, id, err)
				}
				if t, isTask := r.(*Task); isTask {
					s.tasks.Store(t.ARN, t)
				}
				return txn.Insert(table, r)
			})
		})
	})
	if err != nil {
		return fmt.Errorf("load state file: %w", err)
	}
	txn.Commit()
	return nil
}
