package cloudwatchlogs

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/ingestion"
)

// Line is an event before it is in.
type Line struct {
	At      time.Time
	Message string
}

// Position is how far a source has been put: of its lines that are not older than Since, the
// first Count are in, of which the newest is from Last. Times are the source's own.
type Position struct {
	Since time.Time
	Count int
	Last  time.Time
}

// Put appends lines to a stream, and notes how far their source is, if it has a name: all or
// nothing. When it returns, no crash of this process takes them back. Lines may have any
// order.
//
// It is one write to a file. It does not wait until that is on the disk itself: a host that loses
// power may lose what it has not written yet, as it does of any other program's logs.
func (s *Store) Put(ctx context.Context, n StreamName, source string, lines []Line, at Position) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := batch{count: len(lines), source: source, position: at}
	text := 0
	for i := range lines {
		t := lines[i].At.UnixMilli()
		if i == 0 {
			b.low, b.high = t, t
		}
		b.low, b.high = min(b.low, t), max(b.high, t)
		text += len(lines[i].Message)
	}
	if text > maxRecord/2 {
		return errors.New("too many lines to put at once")
	}
	b.billed = ingestion.Billed(text, len(lines))
	g, err := s.put(n, &b, lines)
	if err == nil && len(lines) > 0 && s.opts.Arrived != nil {
		s.opts.Arrived(Arrival{Group: g.Group, Filters: g.filters, Lines: lines})
	}
	return err
}

// put writes a batch, and returns the group as it is then.
func (s *Store) put(n StreamName, b *batch, lines []Line) (as group, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return as, errClosed
	}
	st, err := s.meta.stream(n)
	if err != nil || len(lines) == 0 && b.source == "" {
		return as, err
	}
	if err := s.room(); err != nil {
		return as, err
	}
	b.stream, b.seq, b.ingested = st.ID, s.meta.nextEvent, s.opts.Now().UnixMilli()
	s.scratch = appendBatch(s.scratch[:0], b, lines)
	if err := s.append(s.scratch); err != nil {
		return as, err
	}
	if _, known := st.Sources[b.source]; !st.Any || !known && b.source != "" {
		s.grow(len(b.source) + sourceSize)
	}
	s.meta.arrive(b)
	size := int64(len(s.scratch))
	s.active.note(b, s.active.end-size, size)
	st.group.bytes += size
	st.group.arrived(b, time.Now())
	if cap(s.scratch) > 1<<20 { // rare giants are left to the garbage collector
		s.scratch = nil
	}
	return group{Group: st.group.Group, filters: st.group.filters}, nil
}

// Position is how far a source has been put, and the time before which none of its events is
// yet to come: that of the newest, or of the stream. Before the first Put, even of no lines,
// both are zero.
func (s *Store) Position(n StreamName, source string) (at Position, from time.Time, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st, err := s.meta.stream(n)
	if err != nil {
		return at, from, err
	}
	found, known := st.Sources[source]
	if known {
		from = time.UnixMilli(st.from(source))
	}
	return found.Position, from, nil
}

// Forget ends a source whose last line is in.
func (s *Store) Forget(n StreamName, source string) error {
	return s.change(func(m *metadata) (*change, error) {
		st, err := m.stream(n)
		if err != nil {
			return nil, err
		}
		return st.forget(source), nil
	})
}

func (st *stream) forget(source string) *change {
	if _, found := st.Sources[source]; !found {
		return nil
	}
	return &change{Forget: source, ForgetIn: st.ID}
}

// Retain forgets the sources that are not to be kept.
func (s *Store) Retain(keep func(source string) bool) error {
	type place struct {
		stream uint64
		source string
	}
	var all []place
	s.mu.RLock()
	for id, st := range s.meta.streams {
		for source := range st.Sources {
			all = append(all, place{id, source})
		}
	}
	s.mu.RUnlock()
	for _, p := range all {
		if keep(p.source) {
			continue
		}
		err := s.change(func(m *metadata) (*change, error) {
			if st := m.streams[p.stream]; st != nil {
				return st.forget(p.source), nil
			}
			return nil, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
