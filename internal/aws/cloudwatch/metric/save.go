package metric

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
)

// rest is how long in real time a write waits after another one, where the clock is fast.
const rest = time.Second

// saveSoon has what has changed written at the next full minute of the clock. Without a change the clock has no timer.
func (s *Store) saveSoon() {
	if s.disk == nil || s.disk.armed || !s.disk.changes.any {
		return
	}
	s.disk.armed = true
	if s.opts.Clock == nil {
		time.AfterFunc(time.Minute, s.saveNow)
		return
	}
	now := s.opts.Clock.Now()
	s.opts.Clock.AfterFunc(now.Truncate(time.Minute).Add(time.Minute).Sub(now), s.saveNow)
}

// saveNow writes what is due, or has it written soon if there has just been a write.
func (s *Store) saveNow() {
	s.disk.mu.Lock()
	wait := rest - time.Since(s.disk.written)
	s.disk.mu.Unlock()
	if wait > 0 {
		time.AfterFunc(wait, s.save)
		return
	}
	s.save()
}

// save writes all that has changed in one transaction. What cannot be written is tried again after a minute of real time.
func (s *Store) save() {
	if s.disk == nil {
		return
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if !s.disk.closed {
		s.saveLocked()
	}
}

// saveLocked saves while the caller holds the mutex of the disk.
func (s *Store) saveLocked() {
	s.mu.Lock()
	s.disk.armed = false
	changed := s.disk.changes
	if !changed.any {
		s.mu.Unlock()
		return
	}
	rows := s.rows(changed)
	s.disk.changes = newChanges(changed.most)
	newest, generation := s.takeTail() // which the rows have
	s.disk.tail.generation++
	rows.generation = s.disk.tail.generation
	s.mu.Unlock()

	err := guarded(func() error { return s.writeDisk(rows, changed.whole) })
	s.disk.written = time.Now()
	s.disk.writes++
	switch {
	case err == nil && s.disk.failed:
		s.opts.Log.Info("metrics are written again", "file", s.opts.Path)
	case err != nil && !s.disk.failed:
		s.opts.Log.Error("cannot write metrics; they are kept in memory", "file", s.opts.Path, "error", err)
	}
	s.disk.failed = err != nil
	if err != nil {
		s.retry(changed, errors.Is(err, errDamaged))
		s.writeTail(newest, generation)
	} else if err := s.cutTail(); err != nil {
		s.opts.Log.Error("cannot remove the newest data points of metrics, which are in the file of all", "file", s.tailPath(), "error", err)
	}
}

// retry has what could not be written tried again; into a new file if the present one is damaged.
func (s *Store) retry(changed *changes, damaged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disk.changes.merge(changed)
	if damaged {
		s.disk.db = nil // not closed: bbolt may hold its locks still
		s.disk.changes.forgetDetails()
	}
	if !s.disk.armed {
		s.disk.armed = true
		time.AfterFunc(time.Minute, s.save)
	}
}

// Close writes what has changed and closes the file.
func (s *Store) Close() error {
	if s.disk == nil {
		return nil
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if s.disk.closed {
		return nil
	}
	s.saveLocked()
	s.disk.closed = true
	return errors.Join(s.closeDB(), s.disk.tail.close())
}

// Abandon is Close that writes nothing, for a start that is refused.
func (s *Store) Abandon() error {
	if s.disk == nil {
		return nil
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.disk.closed = true
	return errors.Join(s.closeDB(), s.disk.tail.close())
}

// rows are what a write puts into each bucket; nil: it removes it.
type rows struct {
	series, chunks, marks map[string][]byte
	generation            uint64 // of the tail
}

// rows are what the file is to have, of what has changed.
func (s *Store) rows(changed *changes) *rows {
	if changed.whole {
		changed = s.everything()
	}
	r := &rows{series: map[string][]byte{}, chunks: map[string][]byte{}, marks: map[string][]byte{}}
	for number, of := range changed.series {
		key := string(binary.BigEndian.AppendUint32(nil, number))
		if r.series[key] = nil; of != nil {
			r.series[key] = of.row()
		}
	}
	for c, of := range changed.chunks {
		var text []byte
		records := of.columns[c.tier].between(c.start, c.start+spanOf(int(c.tier)))
		for i := range records {
			text = appendRecord(text, &records[i], c.start)
		}
		r.chunks[string(c.key())] = text
	}
	for key := range changed.marks {
		if r.marks[key] = nil; s.marks[key] != "" {
			r.marks[key] = []byte(s.marks[key])
		}
	}
	return r
}

func (r *rows) write(w *boltfile.Writer) error {
	for _, name := range buckets {
		if _, err := w.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for name, texts := range map[*[]byte]map[string][]byte{&seriesBucket: r.series, &chunkBucket: r.chunks, &markBucket: r.marks} {
		if err := putAll(w, string(*name), texts); err != nil {
			return err
		}
	}
	return w.Put(string(tailBucket), tailKey, binary.BigEndian.AppendUint64(nil, r.generation))
}

// putAll writes in the order of keys, which bbolt does fastest.
func putAll(w *boltfile.Writer, table string, texts map[string][]byte) error {
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		var err error
		if text := texts[key]; text == nil {
			err = w.Delete(table, []byte(key))
		} else {
			err = w.Put(table, []byte(key), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
