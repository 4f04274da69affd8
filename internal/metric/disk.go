package metric

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// disk is the file of a store.
type disk struct {
	changes *changes // under the mutex of the store
	armed   bool     // under the mutex of the store: a write is due

	mu      sync.Mutex // one write at a time
	db      *bbolt.DB  // nil: it is closed
	written time.Time  // real time of the last write
	failed  bool       // the last write
	writes  int
}

// Buckets of the file.
var (
	formatBucket = []byte("format 1")
	seriesBucket = []byte("series")
	chunkBucket  = []byte("records")
	markBucket   = []byte("marks")
	buckets      = [][]byte{formatBucket, seriesBucket, chunkBucket, markBucket}
)

// lockTimeout is for how long the file may be in use by an emulator that ends.
const lockTimeout = time.Second

// openDisk opens the file. One that cannot be read is moved aside, as no data point is worth that the emulator does not start.
func (s *Store) openDisk() error {
	s.disk = &disk{changes: newChanges(0)}
	err := guarded(s.readDisk)
	if errors.Is(err, errDamaged) {
		aside := s.opts.Path + ".damaged"
		s.opts.Log.Warn("the file of metrics is damaged and was moved aside; metrics begin anew", "file", s.opts.Path, "now", aside, "error", err)
		s.closeDB()
		s.Reset()
		s.disk = &disk{changes: newChanges(0)}
		if err = os.Rename(s.opts.Path, aside); err == nil {
			err = guarded(s.readDisk)
		}
	}
	if err != nil {
		s.closeDB()
		return fmt.Errorf("open the file of metrics %s: %w", s.opts.Path, err)
	}
	return nil
}

func (s *Store) closeDB() {
	if s.disk.db != nil {
		_ = s.disk.db.Close() // of no use
		s.disk.db = nil
	}
}

// readDisk reads the file, or makes it. Which pages are free stands in the file: without that bbolt would look for them in a
// goroutine where nothing guards it.
func (s *Store) readDisk() (err error) {
	info, err := os.Stat(s.opts.Path)
	isNew := errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
	if !isNew {
		if err := s.openDB(true); err != nil {
			return err
		}
		if err := s.disk.db.View(s.load); err != nil {
			return err
		}
		s.closeDB()
	}
	if err := s.openDB(false); err != nil || !isNew {
		return err
	}
	return s.disk.db.Update(makeBuckets)
}

func (s *Store) openDB(readOnly bool) (err error) {
	s.disk.db, err = bbolt.Open(s.opts.Path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: readOnly})
	if err == nil || os.IsPermission(err) || errors.Is(err, bbolterrors.ErrTimeout) {
		return err
	}
	return errors.Join(errDamaged, err)
}

func makeBuckets(tx *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// load takes what the file has.
func (s *Store) load(tx *bbolt.Tx) error {
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: it has no %s", errDamaged, name)
		}
	}
	known := map[uint32]*series{}
	err := tx.Bucket(seriesBucket).ForEach(func(key, row []byte) error {
		of, err := readRow(row)
		if len(key) != 4 || err != nil {
			return errDamaged
		}
		number := binary.BigEndian.Uint32(key)
		s.disk.changes.number = number - 1
		known[number] = s.seriesOf(&of)
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.Bucket(chunkBucket).ForEach(func(key, records []byte) error {
		c, err := chunkOf(key)
		of := known[c.number]
		if err != nil || of == nil || records == nil {
			return errDamaged
		}
		read := recordReader{from: records}
		for len(read.from) > 0 && read.err == nil {
			r := read.record(c.start, spanOf(int(c.tier)))
			s.size += of.columns[c.tier].add(r.at, r.point())
			s.latest = max(s.latest, r.at)
		}
		return read.err
	})
	if err != nil {
		return err
	}
	s.disk.changes = newChanges(s.disk.changes.number)
	return tx.Bucket(markBucket).ForEach(func(key, value []byte) error {
		s.marks[string(key)] = string(value)
		return nil
	})
}

// guarded runs what uses a file that may be damaged: bbolt maps it into memory and trusts what it finds.
func guarded(use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return use()
}
