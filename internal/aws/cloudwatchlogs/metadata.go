package cloudwatchlogs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/ingestion"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/tidwall/btree"
)

// metadata is all but the events. It changes by records alone, at work and at a start.
type metadata struct {
	groups   map[string]*group
	streams  map[uint64]*stream
	policies map[string]*ResourcePolicy
	ingested ingestion.Bytes
	// nextEvent and nextStream are numbers that nothing had yet.
	nextEvent, nextStream uint64
}

type group struct {
	Group
	streams btree.Map[string, *stream]
	bytes   int64 // of the events in the segments
	filters map[string]*MetricFilter
	recent  []arrival
	behind  map[string]delay // by source
}

type stream struct {
	Stream
	ID      uint64
	Sources map[string]source `json:",omitempty"`

	group *group
}

// source is a container that writes into a stream.
type source struct {
	Position
	Newest int64 `json:",omitempty"` // timestamp; zero if it has put no event
}

// from is the timestamp before which nothing of a source is yet to come.
func (st *stream) from(source string) int64 {
	if newest := st.Sources[source].Newest; newest != 0 {
		return newest
	}
	return st.Created.UnixMilli()
}

func newMetadata() *metadata {
	return &metadata{groups: map[string]*group{}, streams: map[uint64]*stream{}, policies: map[string]*ResourcePolicy{}, ingested: ingestion.Bytes{}, nextEvent: 1, nextStream: 1}
}

// groupKey needs no escapes: neither account nor region has a slash.
func groupKey(scope arn.Scope, name string) string {
	return scope.Account + "/" + scope.Region + "/" + name
}

func (m *metadata) group(scope arn.Scope, name string) *group { return m.groups[groupKey(scope, name)] }

func (m *metadata) stream(n StreamName) (*stream, error) {
	g := m.group(n.Scope, n.Group)
	if g == nil {
		return nil, missing(groupMissing)
	}
	st, found := g.streams.Get(n.Name)
	if !found {
		return nil, missing(streamMissing)
	}
	return st, nil
}

func (m *metadata) newStream(n StreamName, now time.Time) *change {
	return &change{In: groupKey(n.Scope, n.Group), Stream: &stream{ID: m.nextStream, Stream: Stream{Name: n.Name, Created: now}}}
}

// list returns the streams whose name starts with prefix and comes after another.
func (g *group) list(prefix, after string, limit int) (found []*stream) {
	g.streams.Ascend(max(prefix, after), func(name string, st *stream) bool {
		if !strings.HasPrefix(name, prefix) {
			return name < prefix
		}
		if name > after || after == "" {
			found = append(found, st)
		}
		return limit == 0 || len(found) < limit
	})
	return found
}

// change is a record that has no events. What it has, happens in the order of its members.
type change struct {
	Group        *Group  `json:",omitempty"` // written
	In           string  `json:",omitempty"` // the key of the group of Stream
	Stream       *stream `json:",omitempty"` // made, or as it was at a checkpoint
	DeleteGroup  string  `json:",omitempty"`
	DeleteStream uint64  `json:",omitempty"`
	// Forget is a source of the stream with the number ForgetIn.
	Forget   string `json:",omitempty"`
	ForgetIn uint64 `json:",omitempty"`

	Policy             *ResourcePolicy `json:",omitempty"` // written
	DeletePolicy       string          `json:",omitempty"` // its key
	MetricFilter       *MetricFilter   `json:",omitempty"` // written
	DeleteMetricFilter string          `json:",omitempty"` // its name; the group is In
	// NextEvent and NextStream stand in a checkpoint, before all else.
	NextEvent, NextStream uint64 `json:",omitempty"`
	// Ingested stands there, too.
	Ingested ingestion.Bytes `json:",omitempty"`
}

func (m *metadata) apply(c *change) {
	m.nextEvent, m.nextStream = max(m.nextEvent, c.NextEvent), max(m.nextStream, c.NextStream)
	if c.Ingested != nil {
		m.ingested = c.Ingested
	}
	if c.Group != nil {
		key := groupKey(c.Group.Scope, c.Group.Name)
		if m.groups[key] == nil {
			m.groups[key] = &group{}
		}
		m.groups[key].Group = *c.Group
	}
	m.applyMetricFilter(c)
	if g := m.groups[c.In]; c.Stream != nil && g != nil {
		c.Stream.group = g
		g.streams.Set(c.Stream.Name, c.Stream)
		m.streams[c.Stream.ID] = c.Stream
		m.nextStream = max(m.nextStream, c.Stream.ID+1)
	}
	if g := m.groups[c.DeleteGroup]; g != nil {
		g.streams.Scan(func(_ string, st *stream) bool {
			delete(m.streams, st.ID)
			return true
		})
		delete(m.groups, c.DeleteGroup)
	}
	if st := m.streams[c.DeleteStream]; st != nil {
		st.group.streams.Delete(st.Name)
		delete(m.streams, st.ID)
	}
	if st := m.streams[c.ForgetIn]; st != nil {
		delete(st.Sources, c.Forget)
		delete(st.group.behind, c.Forget)
	}
	if c.Policy != nil {
		m.policies[c.Policy.key()] = c.Policy
	}
	delete(m.policies, c.DeletePolicy)
}

// arrive notes a batch of events.
func (m *metadata) arrive(b *batch) {
	m.nextEvent = max(m.nextEvent, b.seq+uint64(b.count))
	st := m.streams[b.stream]
	if st == nil {
		return
	}
	if b.source != "" {
		if st.Sources == nil {
			st.Sources = map[string]source{}
		}
		newest := st.Sources[b.source].Newest
		if b.count > 0 {
			newest = max(newest, b.high)
		}
		st.Sources[b.source] = source{b.position, newest}
	}
	if b.count == 0 {
		return
	}
	m.ingested.Add(st.group.Scope.Region, b.ingested, b.billed)
	if !st.Any {
		st.First, st.Last = b.low, b.high
	}
	st.Any, st.First, st.Last, st.Ingested = true, min(st.First, b.low), max(st.Last, b.high), b.ingested
}

// checkpoint returns the records from which all of the metadata follows.
func (m *metadata) checkpoint() []*change {
	m.ingested = m.ingested.Compacted()
	all := []*change{{NextEvent: m.nextEvent, NextStream: m.nextStream, Ingested: m.ingested}}
	for _, p := range m.policies {
		all = append(all, &change{Policy: p})
	}
	for key, g := range m.groups {
		all = append(all, &change{Group: &g.Group})
		for _, f := range g.filters {
			all = append(all, &change{In: key, MetricFilter: f})
		}
		g.streams.Scan(func(_ string, st *stream) bool {
			all = append(all, &change{In: key, Stream: st})
			return true
		})
	}
	return all
}

// change decides on a change, writes it, and makes it. decide returns nil where there is
// nothing to change.
func (s *Store) change(decide func(*metadata) (*change, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	c, err := decide(s.meta)
	if err != nil || c == nil {
		return err
	}
	if s.meta.changesRetention(c) { // what is too old does not come back with a longer one
		s.trySweep()
	}
	if s.opts.Dir != "" {
		if err := s.keep(c); err != nil {
			return err
		}
	}
	s.drop(c)
	s.meta.apply(c)
	if c.DeleteGroup != "" || c.DeleteStream != 0 { // the disk may be full
		s.trySweep()
	}
	return nil
}

// trySweep leaves what it cannot remove to the next sweep.
func (s *Store) trySweep() {
	if err := s.sweep(s.opts.Now()); err != nil {
		s.opts.Log.Warn("cannot remove deleted log events; retrying", "error", err)
	}
}

// changesRetention reports whether a change has a group's events shown for another time.
func (m *metadata) changesRetention(c *change) bool {
	if c.Group == nil {
		return false
	}
	g := m.group(c.Group.Scope, c.Group.Name)
	return g != nil && g.Retention != c.Group.Retention
}

// keep writes a change.
func (s *Store) keep(c *change) error {
	if err := s.room(); err != nil {
		return err
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode a change of logs: %w", err)
	}
	if err := s.append(appendRecord(nil, recordChange, payload)); err != nil {
		return err
	}
	s.grow(len(payload))
	return nil
}

// drop takes what a change deletes out of the summaries of segments, and so out of sizes.
func (s *Store) drop(c *change) {
	var gone []uint64
	if g := s.meta.groups[c.DeleteGroup]; g != nil {
		g.streams.Scan(func(_ string, st *stream) bool {
			gone = append(gone, st.ID)
			return true
		})
	}
	if st := s.meta.streams[c.DeleteStream]; st != nil {
		gone = append(gone, st.ID)
	}
	for _, id := range gone {
		for _, seg := range append(slices.Clip(s.sealed), s.active) {
			if sum := seg.streams[id]; sum != nil {
				s.meta.streams[id].group.bytes -= sum.Bytes
				delete(seg.streams, id)
			}
		}
	}
}
