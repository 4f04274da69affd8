package metric

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// disk is the file of a store.
type disk struct {
	// Under the mutex of the store.
	changes *changes
	armed   bool   // a write is due
	number  uint32 // of the newest series

	tail tail // says what of it is under which mutex

	mu      sync.Mutex // one write at a time
	db      *bbolt.DB  // nil: this store has not written the file
	closed  bool
	damaged bool      // as it was found
	written time.Time // real time of the last write
	failed  bool      // the last write
	writes  int
}

// Buckets of the file.
var (
	plainBucket  = []byte("format 1") // of files whose rows have no checksums
	formatBucket = []byte("format 2")
	seriesBucket = []byte("series")
	chunkBucket  = []byte("records")
	markBucket   = []byte("marks")
	tailBucket   = []byte("tail") // the generation that the tail has what is not in the file of
	buckets      = [][]byte{formatBucket, seriesBucket, chunkBucket, markBucket}

	tailKey = []byte("generation")
)

// lockTimeout is for how long the file may be in use by an emulator that ends.
const lockTimeout = time.Second

// bytesForChange is how many bytes of data points allow for one more change that is noted by itself, which takes about 50.
const bytesForChange = 500

// openDisk reads the file, and changes nothing. One that cannot be read is moved aside when there is something to write, as no
// data point is worth that the emulator does not start.
func (s *Store) openDisk() error {
	s.disk = &disk{changes: newChanges(int(s.opts.Size / bytesForChange))}
	err := guarded(s.readDisk)
	if s.size > s.opts.Size {
		s.evict()
	}
	s.disk.changes.any = false // since the start; and the first write makes the file anew
	s.disk.changes.forgetDetails()
	if errors.Is(err, errDamaged) {
		s.opts.Log.Warn("the file of metrics is damaged and will be moved aside; metrics begin anew", "file", s.opts.Path, "then", s.aside(), "error", err)
		s.forget()
		s.disk.damaged, err = true, nil
	}
	if err != nil {
		return fmt.Errorf("open the file of metrics %s: %w", s.opts.Path, err)
	}
	return s.readTail()
}

// aside is where a damaged file goes.
func (s *Store) aside() string { return s.opts.Path + ".damaged" }

// readDisk takes what the file has, if there is one. It is read and never written: bbolt is not to release pages that may be
// damaged, as it may do so for ever.
func (s *Store) readDisk() error {
	file, err := os.Open(s.opts.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	db, err := bbolt.Open(s.opts.Path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true})
	if err != nil {
		if os.IsPermission(err) || errors.Is(err, bbolterrors.ErrTimeout) {
			return err
		}
		return errors.Join(errDamaged, err)
	}
	defer func() { _ = db.Close() }()
	switch err := boltfile.Check(file, info.Size(), db.Info().PageSize); {
	case errors.Is(err, boltfile.ErrOneMeta):
		s.opts.Log.Warn("the newest data points of metrics may be missing", "file", s.opts.Path, "error", err)
	case err != nil:
		return errors.Join(errDamaged, err)
	}
	return db.View(s.load)
}

// writeDisk writes into the file, or makes it anew.
func (s *Store) writeDisk(r *rows, whole bool) error {
	if s.opts.fault != nil {
		if err := s.opts.fault(); err != nil {
			return err
		}
	}
	if whole {
		return s.replaceDisk(r)
	}
	return boltfile.Update(s.disk.db, r.write)
}

// replaceDisk makes the file anew. It gets its name when it is complete.
func (s *Store) replaceDisk(r *rows) (err error) {
	if s.disk.damaged {
		if err := os.Rename(s.opts.Path, s.aside()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		s.disk.damaged = false
	}
	temporary := s.opts.Path + ".new"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary) // which may fill the disk
		}
	}()
	options := &bbolt.Options{Timeout: lockTimeout}
	made, err := bbolt.Open(temporary, 0o600, options)
	if err != nil {
		return err
	}
	err = boltfile.Update(made, r.write)
	err = errors.Join(err, made.Close(), s.closeDB())
	if err == nil {
		err = os.Rename(temporary, s.opts.Path)
	}
	if err == nil {
		s.disk.db, err = bbolt.Open(s.opts.Path, 0o600, options)
	}
	return err
}

// removeDisk removes the file, or else writes that there is nothing.
func (s *Store) removeDisk() {
	if s.disk.closed {
		return
	}
	err := errors.Join(s.cutTail(), s.closeDB())
	if removed := os.Remove(s.opts.Path); !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	if err != nil {
		s.opts.Log.Error("cannot remove the file of metrics", "file", s.opts.Path, "error", err)
		s.mu.Lock()
		s.disk.changes.any = true
		s.mu.Unlock()
		s.saveLocked()
	}
}

func (s *Store) closeDB() error {
	if s.disk.db == nil {
		return nil
	}
	db := s.disk.db
	s.disk.db = nil
	return db.Close()
}

// farthest is how far from 1970 a record may be, in seconds: beyond what a time of AWS can say, and so that sums do not overflow.
const farthest = 1 << 40

// load takes what the file has.
func (s *Store) load(tx *bbolt.Tx) error {
	body := boltfile.Body
	if tx.Bucket(plainBucket) != nil {
		body = func(value []byte) []byte { return value }
	} else if err := verify(tx); err != nil {
		return err
	}
	for _, name := range buckets[1:] {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: it has no %s", errDamaged, name)
		}
	}
	known := map[uint32]*series{}
	err := tx.Bucket(seriesBucket).ForEach(func(key, row []byte) error {
		of, err := readRow(body(row))
		if len(key) != 4 || err != nil {
			return errDamaged
		}
		known[binary.BigEndian.Uint32(key)] = s.seriesOf(&of)
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.Bucket(chunkBucket).ForEach(func(key, records []byte) error {
		return s.loadChunk(known, key, body(records))
	})
	if err != nil {
		return err
	}
	if tail := tx.Bucket(tailBucket); tail != nil {
		if generation := body(tail.Get(tailKey)); len(generation) == 8 {
			s.disk.tail.generation = binary.BigEndian.Uint64(generation)
		}
	}
	return tx.Bucket(markBucket).ForEach(func(key, value []byte) error {
		s.marks[string(key)] = string(body(value))
		return nil
	})
}

// verify makes sure that a file has all rows that were written, as they were written.
func verify(tx *bbolt.Tx) error {
	if tx.Bucket(formatBucket) == nil || !boltfile.Sealed(tx) {
		return fmt.Errorf("%w: it has no %s", errDamaged, formatBucket)
	}
	bad := 0
	complete, err := boltfile.Verify(tx, func(string, []byte) { bad++ })
	if err != nil || bad > 0 || !complete {
		return fmt.Errorf("%w: %d rows have wrong checksums, or rows are missing", errDamaged, bad)
	}
	return nil
}

// loadChunk takes the records of a chunk.
func (s *Store) loadChunk(known map[uint32]*series, key, records []byte) error {
	c, err := chunkOf(key)
	of := known[c.number]
	if err != nil || of == nil || records == nil || c.start != floor(c.start, spanOf(int(c.tier))) || max(c.start, -c.start) > farthest {
		return errDamaged
	}
	read := recordReader{from: records}
	for len(read.from) > 0 && read.err == nil {
		if r := read.record(c.start, spanOf(int(c.tier))); read.err == nil && r.sound() {
			s.size += of.columns[c.tier].add(r.at, r.point())
			s.latest = max(s.latest, r.at)
		}
	}
	return read.err
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
