package cloudwatchlogs

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

type StreamName struct {
	Scope       arn.Scope
	Group, Name string
}

// Stream is a log stream. Times of events are zero as long as there was none.
type Stream struct {
	Name    string
	Created time.Time
	// First and Last are the timestamps of events in milliseconds, Ingested is when the
	// newest came in; zero if there has been none.
	First, Last, Ingested int64
	// Any says whether there has been an event.
	Any bool
}

func (n StreamName) ARN() string { return GroupARN(n.Scope, n.Group) + ":log-stream:" + n.Name }

func (s *Store) CreateStream(n StreamName) error {
	return s.change(func(m *metadata) (*change, error) {
		g := m.group(n.Scope, n.Group)
		if g == nil {
			return nil, missing(groupMissing)
		}
		if _, found := g.streams.Get(n.Name); found {
			return nil, exists(streamExists)
		}
		return m.newStream(n, s.opts.Now()), nil
	})
}

// OpenStream makes the stream, and the group if create; one that is there is fine.
func (s *Store) OpenStream(n StreamName, create bool) error {
	return s.change(func(m *metadata) (*change, error) {
		g := m.group(n.Scope, n.Group)
		if g == nil && !create {
			return nil, missing(groupMissing)
		}
		if g != nil {
			if _, found := g.streams.Get(n.Name); found {
				return nil, nil
			}
		}
		c := m.newStream(n, s.opts.Now())
		if g == nil {
			c.Group = &Group{Scope: n.Scope, Name: n.Group, Created: s.opts.Now()}
		}
		return c, nil
	})
}

// DeleteStream removes a stream with its events. A missing group wins over a missing stream.
func (s *Store) DeleteStream(n StreamName) error {
	return s.change(func(m *metadata) (*change, error) {
		found, err := m.stream(n)
		if err != nil {
			return nil, err
		}
		return &change{DeleteStream: found.ID}, nil
	})
}

func (s *Store) Stream(n StreamName) (Stream, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found, err := s.meta.stream(n)
	if err != nil {
		return Stream{}, err
	}
	return found.Stream, nil
}

// Streams returns the streams of a group whose name starts with prefix and comes after
// another, in order of their names: at most limit, or all if that is zero.
func (s *Store) Streams(scope arn.Scope, name, prefix, after string, limit int) ([]Stream, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.meta.group(scope, name)
	if g == nil {
		return nil, missing(groupMissing)
	}
	var found []Stream
	for _, st := range g.list(prefix, after, limit) {
		found = append(found, st.Stream)
	}
	return found, nil
}
