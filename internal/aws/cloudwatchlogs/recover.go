package cloudwatchlogs

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/ingestion"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// recover finds what the directory holds. Groups and streams follow from the newest segment
// whose checkpoint is whole; of the others it reads only what they have.
func (s *Store) recover() error {
	segments, err := s.segments()
	if err != nil {
		return err
	}
	var damaged []*segment
	for known := false; len(segments) > 0 && !known; {
		newest := segments[len(segments)-1]
		segments = segments[:len(segments)-1]
		s.newest = max(s.newest, newest.number)
		err := s.replay(newest)
		known = err == nil
		switch {
		case (err == nil || errors.Is(err, errTorn)) && newest.damaged: // it stays as it is, and another one follows
			s.opts.Log.Error("a part of the logs is damaged: what follows there is lost", "file", newest.path, "after", newest.end)
			newest.unread = newest.end == 0
			damaged = append(damaged, newest)
		case err == nil:
			s.active = newest
			if newest.torn > 0 {
				s.opts.Log.Warn("the end of the logs is not whole, as after a crash while it was written, and is cut off", "file", newest.path, "bytes", newest.torn)
			}
		case errors.Is(err, errTorn) && newest.end == 0: // a crash came before its checkpoint was written
			s.torn = append(s.torn, newest)
		default:
			return fmt.Errorf("move %s away to go on without the events in it: %w", newest.path, err)
		}
	}
	for _, seg := range segments {
		if err := seg.load(); err != nil {
			s.opts.Log.Warn("cannot read a part of the logs: its events are lost", "file", seg.path, "error", err)
			seg.unread = !errors.Is(err, errTorn)
		} else if seg.damaged {
			s.opts.Log.Warn("a part of the logs is damaged: what follows there is lost", "file", seg.path)
		}
		s.keepSealed(seg)
	}
	slices.Reverse(damaged)
	for _, seg := range damaged {
		s.keepSealed(seg)
	}
	if s.active != nil {
		s.size += s.active.end
		s.count(s.active)
	}
	return nil
}

// keepSealed keeps a segment that is not the active one.
func (s *Store) keepSealed(seg *segment) {
	s.sealed = append(s.sealed, seg)
	s.size += seg.end
	s.count(seg)
}

// resume goes on with the newest segment, or begins the first one.
func (s *Store) resume() (err error) {
	for _, torn := range s.torn {
		if err := torn.remove(); err != nil {
			return err
		}
	}
	s.torn = nil
	if s.active == nil {
		return s.rotate()
	}
	if s.active.file, err = os.OpenFile(s.active.path, os.O_RDWR, 0); err != nil {
		return err
	}
	if err := s.active.file.Truncate(s.active.end); err != nil {
		return err
	}
	return s.shrink()
}

// segments lists the files, the oldest first.
func (s *Store) segments() (found []*segment, err error) {
	entries, err := os.ReadDir(s.opts.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		digits, ours := strings.CutSuffix(e.Name(), extension)
		number, err := strconv.ParseUint(digits, 16, 64)
		if !ours || err != nil {
			continue
		}
		found = append(found, &segment{number: number, path: filepath.Join(s.opts.Dir, e.Name()), streams: map[uint64]*summary{}, disk: s.opts.disk})
	}
	sorting.By(found, func(a, b *segment) int {
		if a.number < b.number {
			return -1
		}
		return 1
	})
	return found, nil
}

// count adds what a segment has to the sizes of groups.
func (s *Store) count(seg *segment) {
	for id, sum := range seg.streams {
		if st := s.meta.streams[id]; st != nil {
			st.group.bytes += sum.Bytes
		} else {
			delete(seg.streams, id)
		}
	}
}

// replay makes the metadata from a segment, up to its end or what is torn. What it was
// sealed with is cut off: it goes on as the active one.
func (s *Store) replay(seg *segment) error {
	data, err := os.ReadFile(seg.path)
	if err != nil {
		return err
	}
	return seg.scan(data, func(kind byte, record []byte, at int64) error {
		rest := record[recordHead:]
		switch kind {
		case recordCheckpoint:
			var all []*change
			if err := json.Unmarshal(rest, &all); err != nil {
				return err
			}
			for _, c := range all {
				s.meta.apply(c)
			}
			seg.start = at + int64(len(record))
		case recordChange:
			var c change
			if err := json.Unmarshal(rest, &c); err != nil {
				return err
			}
			s.meta.apply(&c)
		case recordBatch:
			var b batch
			if err := b.head(record); err != nil {
				return err
			}
			events, err := b.rest(record)
			if err != nil {
				return err
			}
			b.billed = ingestion.BilledOf(events, b.count)
			s.meta.arrive(&b)
		}
		return nil
	})
}

// scan goes through the records of a segment that are whole, sets its end behind the last of
// them, and summarizes it.
func (g *segment) scan(data []byte, visit func(kind byte, record []byte, at int64) error) error {
	g.end = 0
	clear(g.streams)
	for int(g.end) < len(data) {
		record, err := nextRecord(data[g.end:])
		if err != nil || !whole(record) {
			g.torn, g.damaged = len(data)-int(g.end), goesOn(data[g.end:])
			break
		}
		kind := record[8]
		if kind == recordSummaries {
			break
		}
		if (g.end == 0) != (kind == recordCheckpoint) {
			return errTorn
		}
		if err := visit(kind, record, g.end); err != nil {
			return err
		}
		if kind == recordBatch {
			var b batch
			if err := b.head(record); err != nil {
				return err
			}
			g.note(&b, g.end, int64(len(record)))
		}
		g.end += int64(len(record))
	}
	if g.end == 0 {
		return errTorn
	}
	return nil
}

// goesOn reports whether a whole record follows behind what is not whole. A crash leaves none: it tears what is written last.
func goesOn(data []byte) bool {
	for at := 1; at < len(data); at++ {
		if record, err := nextRecord(data[at:]); err == nil && whole(record) {
			return true
		}
	}
	return false
}

// load finds what a segment has that is not the newest: in what it was sealed with, or by
// reading all of it.
func (g *segment) load() error {
	if err := g.loadSummaries(); err == nil {
		return nil
	}
	data, err := os.ReadFile(g.path)
	if err != nil {
		return err
	}
	err = g.scan(data, func(byte, []byte, int64) error { return nil })
	g.end = int64(len(data)) // for the size
	return err
}

// loadSummaries reads the end of a sealed segment.
func (g *segment) loadSummaries() error {
	f, err := os.Open(g.path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size, tail := info.Size(), make([]byte, 8+len(trailer))
	if size < int64(len(tail)) {
		return errTorn
	}
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return err
	}
	at := little.Uint64(tail)
	if string(tail[8:]) != trailer || at > uint64(size) || at > math.MaxInt64 {
		return errTorn
	}
	data := make([]byte, size-int64(at))
	if _, err := f.ReadAt(data, int64(at)); err != nil {
		return err
	}
	record, err := nextRecord(data)
	if err != nil || !whole(record) || record[8] != recordSummaries {
		return errTorn
	}
	var all []*summary
	if err := json.Unmarshal(record[recordHead:], &all); err != nil {
		return err
	}
	for _, sum := range all {
		g.streams[sum.Stream] = sum
	}
	g.end = size
	return nil
}
