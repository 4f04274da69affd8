package cloudwatchlogs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// segment is a part of the log: a file, or memory. Its bytes are never changed, only
// appended to, and only while it is the active one.
type segment struct {
	number  uint64
	path    string // empty: data is all there is
	data    []byte
	file    *os.File // of the active one
	disk    disk
	start   int64 // behind the checkpoint
	grown   int64 // by which the next checkpoint is larger, about
	end     int64
	streams map[uint64]*summary // those that have events in it
	torn    int                 // bytes at its end that are no record
	damaged bool                // records follow these
	unread  bool                // its content is not known; another start may read it
}

// summary is what a segment has of a stream.
type summary struct {
	Stream     uint64
	Low, High  int64 // timestamps
	First, End int64 // where its records are
	Seq, Last  uint64
	Bytes      int64
}

// note adds a batch to the summaries.
func (g *segment) note(b *batch, at, size int64) {
	if b.count == 0 {
		return
	}
	last := b.seq + uint64(b.count) - 1
	sum := g.streams[b.stream]
	if sum == nil {
		sum = &summary{Stream: b.stream, Low: b.low, High: b.high, First: at, Seq: b.seq}
		g.streams[b.stream] = sum
	}
	sum.Low, sum.High, sum.End, sum.Last = min(sum.Low, b.low), max(sum.High, b.high), at+size, last
	sum.Bytes += size
}

// write appends bytes. What a failed write has left behind the end is written over.
func (g *segment) write(record []byte) error {
	if g.path == "" {
		g.data = append(g.data, record...)
		g.end += int64(len(record))
		return nil
	}
	if _, err := g.disk.writeAt(g.file, record, g.end); err != nil {
		return fmt.Errorf("write logs: %w", err)
	}
	g.end += int64(len(record))
	return nil
}

// read reads bytes of a file into data, and returns those that there are: a segment that is
// gone has none.
func (g *segment) read(data []byte, from int64) ([]byte, error) {
	f, err := os.Open(g.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n, err := f.ReadAt(data, from)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return data[:n], err
}

// seal ends an active segment with its summaries, so that a start need not read it. A
// trailer says where they begin.
func (g *segment) seal() error {
	if g.path == "" {
		return nil
	}
	all := []*summary{}
	for _, sum := range g.streams {
		all = append(all, sum)
	}
	payload, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("encode what logs have: %w", err)
	}
	record := appendRecord(nil, recordSummaries, payload)
	record = append(little.AppendUint64(record, uint64(g.end)), trailer...)
	return errors.Join(g.write(record), g.close())
}

// trailer ends the file of a sealed segment.
const trailer = "sealed\r\n"

func (g *segment) close() error {
	if g.file == nil {
		return nil
	}
	err := g.file.Close()
	g.file = nil
	return err
}

func (g *segment) remove() error {
	if g.path == "" {
		return nil
	}
	err := os.Remove(g.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// room makes the next segment when the active one is full. One with a large checkpoint is
// larger, so that checkpoints stay a fifth of what is written.
func (s *Store) room() error {
	if s.active.end-s.active.start < max(s.segment, 4*s.active.start) {
		return nil
	}
	if err := s.rotate(); err != nil {
		return err
	}
	return s.shrink()
}

// append writes a record to the active segment.
func (s *Store) append(record []byte) error {
	err := s.active.write(record)
	for noSpace(err) && s.giveWay() {
		err = s.active.write(record)
	}
	s.failed = err
	if err != nil {
		return err
	}
	s.size += int64(len(record))
	return nil
}

// rotate begins another segment with a checkpoint, and seals the one before.
func (s *Store) rotate() error {
	next := &segment{streams: map[uint64]*summary{}, disk: s.opts.disk}
	if s.active != nil {
		s.newest = max(s.newest, s.active.number)
	}
	next.number = s.newest + 1
	if s.opts.Dir != "" {
		next.path = filepath.Join(s.opts.Dir, fmt.Sprintf("%016x", next.number)+extension)
		err := next.begin(s.meta.checkpoint())
		for noSpace(err) && (s.discardOldest() || s.spendReserve()) {
			err = errors.Join(next.close(), next.begin(s.meta.checkpoint()))
		}
		s.failed = err
		if err != nil {
			return errors.Join(err, next.close(), next.remove())
		}
	}
	if s.active != nil {
		before := s.active.end
		if err := s.active.seal(); err != nil { // a start reads all of it then
			s.opts.Log.Warn("cannot close a segment of the logs", "error", err)
		}
		s.size += s.active.end - before
		s.sealed = append(slices.Clip(s.sealed), s.active) // readers have the old list
	}
	s.active = next
	s.size += next.end
	s.keepReserve()
	return nil
}

// extension is the extension of the files of segments.
const extension = ".log"

// begin makes the file with its checkpoint. While that is not whole, a start goes by the
// segment before.
func (g *segment) begin(checkpoint []*change) (err error) {
	g.end = 0
	payload, err := json.Marshal(checkpoint)
	if err != nil {
		return fmt.Errorf("encode a checkpoint of logs: %w", err)
	}
	if g.file, err = os.OpenFile(g.path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("make a file for logs: %w", err)
	}
	if err := g.write(appendRecord(nil, recordCheckpoint, payload)); err != nil {
		return err
	}
	g.start = g.end
	return nil
}

// shrink removes the oldest segments while there is too much.
func (s *Store) shrink() error {
	for s.size > s.opts.Size && len(s.sealed) > 0 {
		if err := s.discard(0); err != nil {
			return err
		}
	}
	return nil
}

// discard removes a sealed segment.
func (s *Store) discard(i int) error {
	seg := s.sealed[i]
	if err := seg.remove(); err != nil {
		return fmt.Errorf("remove old logs: %w", err)
	}
	for id, sum := range seg.streams {
		if st := s.meta.streams[id]; st != nil {
			st.group.bytes -= sum.Bytes
		}
	}
	s.size -= seg.end
	s.sealed = slices.Delete(slices.Clone(s.sealed), i, i+1) // readers have the old list
	return nil
}

// Sweep removes segments of which nothing is shown any more, because it is older than the
// retention of its group or belongs to none.
func (s *Store) Sweep() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	return s.sweep(s.opts.Now())
}

func (s *Store) sweep(now time.Time) error {
	for i, sealed := range slices.Backward(s.sealed) {
		if !sealed.unread && !s.shows(sealed, now) {
			if err := s.discard(i); err != nil {
				return err
			}
		}
	}
	idle := s.active.end-s.active.start > worthASegment || len(s.active.streams) > 0
	if s.active.end > s.active.start && idle && !s.shows(s.active, now) {
		if err := s.rotate(); err != nil {
			return err
		}
		if err := s.discard(len(s.sealed) - 1); err != nil {
			return err
		}
	}
	s.keepReserve() // a full disk may have taken it, and has room now
	return nil
}

// worthASegment is how many bytes of an active segment are worth another one, which takes their
// place, when all of them belong to what has been deleted.
const worthASegment = 64 << 10

// shows reports whether any event of a segment is shown.
func (s *Store) shows(seg *segment, now time.Time) bool {
	for id, sum := range seg.streams {
		if st := s.meta.streams[id]; st != nil && sum.High >= st.group.expiry(now) {
			return true
		}
	}
	return false
}
