package metric

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// The tail is a file beside the store's file, with what that does not have yet: a kill loses no more than tailEvery. It
// consists of records, which are appended:
//
//	length uint32 | checksum uint32 of what follows | generation uint64 | marks and data points
//
// Each write of the store's file begins another generation, and notes it there: that file has the records of all earlier
// generations.
const tailHead = 16

const (
	// tailEvery is how long in real time data points are in memory only.
	tailEvery = 2 * time.Second
	// mostTail is how many bytes the tail may have. With more, the store's file is written before the minute is over, as
	// where the clock stands still.
	mostTail = 16 << 20
)

var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// tail is what a store knows of its tail.
type tail struct {
	// Under the mutex of the store.
	unwritten  []byte // marks and data points
	due        bool
	generation uint64

	// Under the mutex of the disk.
	file   *os.File // nil: it is not open
	end    int64    // of the records that are whole
	failed bool     // the last append
}

func (s *Store) tailPath() string { return s.opts.Path + ".tail" }

// Kinds of entries.
const (
	tailMark  = 'm' // key, value
	tailPoint = 'p' // series, whether it is of high resolution, record
)

func appendText(to []byte, texts ...string) []byte {
	for _, text := range texts {
		to = append(binary.AppendUvarint(to, uint64(len(text))), text...)
	}
	return to
}

// noteMark and notePoint note what is put, for the tail.
func (s *Store) noteMark(m Mark) {
	if s.disk != nil {
		s.disk.tail.unwritten = appendText(append(s.disk.tail.unwritten, tailMark), m.Key, m.Value)
	}
}

func (s *Store) notePoint(of *series, at int64, fine bool, p Point) {
	if s.disk == nil {
		return
	}
	to := appendText(append(s.disk.tail.unwritten, tailPoint), of.id.Scope.Region, of.id.Scope.Account, of.id.Namespace, of.id.Name, string(of.unit))
	to = binary.AppendUvarint(to, uint64(len(of.id.Dimensions)))
	for _, d := range of.id.Dimensions {
		to = appendText(to, d.Name, d.Value)
	}
	resolution := byte(0)
	if fine {
		resolution = 1
	}
	s.disk.tail.unwritten = appendRecord(append(to, resolution), &record{at: at, Set: p.Set, dist: p.dist}, -farthest)
	s.disk.changes.any = true // so that a write ends the tail, also if the store no longer keeps the time
}

// tailSoon has the tail written soon if something has been noted.
func (s *Store) tailSoon() {
	if s.disk == nil || s.disk.tail.due || len(s.disk.tail.unwritten) == 0 {
		return
	}
	s.disk.tail.due = true
	time.AfterFunc(tailEvery, s.appendTail)
}

func (s *Store) appendTail() {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.mu.Lock()
	s.disk.tail.due = false
	text, generation := s.takeTail()
	s.mu.Unlock()
	if s.disk.closed {
		return
	}
	s.writeTail(text, generation)
	if s.disk.tail.end > mostTail && !s.disk.failed { // else there is another try within a minute
		s.saveLocked()
	}
}

// takeTail returns what has been noted, and its generation. The mutex of the store is held.
func (s *Store) takeTail() ([]byte, uint64) {
	text := s.disk.tail.unwritten
	s.disk.tail.unwritten = nil
	return text, s.disk.tail.generation
}

// writeTail appends a record. What cannot be appended is kept in memory, until the store's file takes it.
func (s *Store) writeTail(text []byte, generation uint64) {
	if len(text) == 0 {
		return
	}
	t := &s.disk.tail
	err := s.appendTo(t, text, generation)
	if err != nil && !t.failed {
		s.opts.Log.Error("cannot write the newest data points of metrics; they are kept in memory", "file", s.tailPath(), "error", err)
	}
	t.failed = err != nil
}

func (s *Store) appendTo(t *tail, text []byte, generation uint64) (err error) {
	if t.end > mostTail {
		return errors.New("the file of all cannot be written, and this one is full")
	}
	if s.opts.fault != nil {
		if err := s.opts.fault(); err != nil {
			return err
		}
	}
	if t.file == nil {
		if t.file, err = os.OpenFile(s.tailPath(), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
			return err
		}
		if err := t.file.Truncate(t.end); err != nil { // what a crash has left half written
			return errors.Join(err, t.close())
		}
	}
	record := append(make([]byte, tailHead, tailHead+len(text)), text...)
	binary.LittleEndian.PutUint64(record[8:], generation)
	binary.LittleEndian.PutUint32(record, uint32(len(record)))
	binary.LittleEndian.PutUint32(record[4:], crc32.Checksum(record[8:], castagnoli()))
	if _, err := t.file.WriteAt(record, t.end); err != nil {
		return err // the next record stands in its place
	}
	t.end += int64(len(record))
	return nil
}

func (t *tail) close() error {
	if t.file == nil {
		return nil
	}
	file := t.file
	t.file = nil
	return file.Close()
}

// cutTail removes the tail when the store's file has its content.
func (s *Store) cutTail() error {
	err := s.disk.tail.close()
	if removed := os.Remove(s.tailPath()); !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	s.disk.tail.end = 0
	return err
}

// readTail reads what the store's file does not have, and leaves the tail as it is. What follows a record that is not whole
// is lost.
func (s *Store) readTail() error {
	text, err := os.ReadFile(s.tailPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the newest data points of metrics: %w", err)
	}
	t, written := &s.disk.tail, s.disk.tail.generation
	for rest := text; len(rest) > 0; rest = text[t.end:] {
		size := 0
		if len(rest) >= tailHead {
			size = int(binary.LittleEndian.Uint32(rest))
		}
		if size < tailHead || size > len(rest) || binary.LittleEndian.Uint32(rest[4:]) != crc32.Checksum(rest[8:size], castagnoli()) {
			s.opts.Log.Warn("the newest data points of metrics are damaged, as by a crash while they were written, and are left out", "file", s.tailPath(), "bytes", len(rest))
			return nil
		}
		generation := binary.LittleEndian.Uint64(rest[8:])
		if t.end += int64(size); generation < written {
			continue
		}
		t.generation = max(t.generation, generation)
		if err := s.replay(rest[tailHead:size]); err != nil {
			return fmt.Errorf("read %s: %w", s.tailPath(), err)
		}
	}
	return nil
}

// replay puts the marks and data points of a record.
func (s *Store) replay(text []byte) error {
	read := recordReader{from: text}
	for len(read.from) > 0 && read.err == nil {
		kind := read.from[0]
		read.from = read.from[1:]
		if kind == tailMark {
			s.setMarks([]Mark{{read.text(), read.text()}})
			continue
		}
		d := Datum{ID: ID{Scope: arn.Scope{Region: read.text(), Account: read.text()}, Namespace: read.text(), Name: read.text()}, Unit: types.StandardUnit(read.text())}
		for n := read.uint(uint64(len(read.from))); n > 0 && read.err == nil; n-- {
			d.Dimensions = append(d.Dimensions, Dimension{read.text(), read.text()})
		}
		fine := read.uint(1) == 1
		r := read.record(-farthest, 2*farthest)
		if read.err == nil && r.sound() {
			s.putPoint(&d, r.at, fine, r.point())
		}
	}
	s.disk.changes.any = true
	return read.err
}

func (r *recordReader) text() string {
	n := r.uint(uint64(len(r.from)))
	if r.err != nil || int(n) > len(r.from) {
		r.err = errDamaged
		return ""
	}
	text := string(r.from[:n])
	r.from = r.from[n:]
	return text
}
