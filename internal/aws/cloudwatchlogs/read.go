package cloudwatchlogs

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// Query says which events are asked for. The zero value is all of them, the oldest first.
type Query struct {
	// Streams and Prefix choose streams of a group; neither is all. Read ignores them.
	Streams []string
	Prefix  string
	// From and To are timestamps, the first inclusive and the second not; nil is no bound.
	From, To *int64
	// Backward begins with the newest event.
	Backward bool
	// Start is the place of the first event that is asked for; nil is where events begin.
	Start *Key
	// Limit and Bytes bound an answer; zero is no bound. Bytes counts messages.
	Limit, Bytes int
	// Match says whether an event is wanted; nil wants all.
	Match func(message string) bool
}

// Page is some events in the order that was asked for.
type Page struct {
	Events []Event
	// Next is where the next page starts; nil if nothing is left.
	Next *Key
}

// Read returns events of one stream.
func (s *Store) Read(ctx context.Context, n StreamName, q Query) (Page, error) {
	s.mu.RLock()
	st, err := s.meta.stream(n)
	if err != nil {
		s.mu.RUnlock()
		return Page{}, err
	}
	r := s.reader(st.group, []*stream{st}, q, latest)
	s.mu.RUnlock()
	return r.page(ctx)
}

// Search returns events of the streams of a group. It looks at a bounded number of bytes, so
// that a page may have no events though others follow. What something older may yet come
// before is not shown; see settling. Where containers are writing, the last page waits a
// moment for what has just come in.
func (s *Store) Search(ctx context.Context, scope arn.Scope, name string, q Query) (Page, error) {
	for waited := false; ; waited = true {
		s.mu.RLock()
		r, wait, err := s.search(scope, name, q)
		s.mu.RUnlock()
		if err != nil {
			return Page{}, err
		}
		page, err := r.page(ctx)
		newest := q.Backward && q.Start == nil
		if err != nil || wait == 0 || waited || page.Next != nil && !newest {
			return page, err
		}
		if err := pause.For(ctx, wait); err != nil {
			return Page{}, err
		}
	}
}

// search returns a reader of what has settled, and how long it takes until the rest has that
// is asked for.
func (s *Store) search(scope arn.Scope, name string, q Query) (r *reader, wait time.Duration, err error) {
	g := s.meta.group(scope, name)
	if g == nil {
		return nil, 0, missing(groupMissing)
	}
	streams := g.list(q.Prefix, "", 0)
	if len(q.Streams) > 0 {
		streams = nil
		for _, name := range q.Streams {
			st, found := g.streams.Get(name)
			if !found {
				return nil, 0, missing(streamMissing)
			}
			streams = append(streams, st)
		}
	}
	wait, before := g.settled(time.Now())
	if q.To != nil && *q.To <= before {
		wait = 0
	}
	return s.reader(g, streams, q, before), wait, nil
}

// matches reports whether an event is asked for, apart from its place.
func (q *Query) matches(message string) bool { return q.Match == nil || q.Match(message) }
