package cloudwatchlogs

import (
	"context"
	"slices"
	"sort"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// searched is after how many bytes a search hands out what it has found so far.
const searched = 64 << 20

// reader makes a page of events in order, out of records that may overlap: it opens what may
// have the next event, and stops when nothing that is left can come before what it has.
//
// Places are in the order of reading: of a reader that goes backward they are turned around
// (place), so that the rest of it need not know.
type reader struct {
	Query
	store    *Store
	streams  map[uint64]string // names
	from, to int64

	parts   []part       // of segments, in order of their first place
	records []recordPart // of the parts that are open, in the same order
	found   []Event
	last    Key // place of the last of found
	bytes   int // of found
	opened  int64
}

// part is what a segment has of the streams.
type part struct {
	first    Key
	segment  *segment
	data     []byte // of a segment in memory
	from, to int64
	bytes    int64 // of records of the streams
}

type recordPart struct {
	first Key
	data  []byte
}

// place turns a key into a place in the order of reading.
func (r *reader) place(k Key) Key {
	if r.Backward {
		return Key{-k.Time, ^k.Seq}
	}
	return k
}

// places returns the first and the last place that events between two keys may have.
func (r *reader) places(low, high Key) (first, last Key) {
	if r.Backward {
		low, high = high, low
	}
	return r.place(low), r.place(high)
}

// reader looks at the summaries of segments; the caller holds the lock.
func (s *Store) reader(g *group, streams []*stream, q Query, settled int64) *reader {
	r := &reader{Query: q, store: s, streams: make(map[uint64]string, len(streams)), from: g.expiry(s.opts.Now()), to: settled}
	for _, st := range streams {
		r.streams[st.ID] = st.Name
	}
	if q.From != nil {
		r.from = max(r.from, *q.From)
	}
	if q.To != nil {
		r.to = min(r.to, *q.To)
	}
	for _, seg := range s.sealed {
		r.summarize(seg)
	}
	r.summarize(s.active)
	sort.SliceStable(r.parts, func(a, b int) bool { return r.parts[a].first.compare(r.parts[b].first) < 0 })
	return r
}

// summarize adds what a segment has to the parts.
func (r *reader) summarize(seg *segment) {
	p := part{segment: seg, data: seg.data}
	add := func(sum *summary) {
		low, high := Key{sum.Low, sum.Seq}, Key{sum.High, sum.Last}
		first, last := r.places(low, high)
		if !r.wants(low.Time, high.Time, last) {
			return
		}
		if p.to == 0 {
			p.first, p.from = first, sum.First
		}
		if first.compare(p.first) < 0 {
			p.first = first
		}
		p.from, p.to = min(p.from, sum.First), max(p.to, sum.End)
		p.bytes += sum.Bytes
	}
	if len(r.streams) < len(seg.streams) {
		for id := range r.streams {
			if sum := seg.streams[id]; sum != nil {
				add(sum)
			}
		}
	} else {
		for id, sum := range seg.streams {
			if _, wanted := r.streams[id]; wanted {
				add(sum)
			}
		}
	}
	if p.to > 0 {
		r.parts = append(r.parts, p)
	}
}

// wants reports whether something with timestamps from low to high, of which the last has a
// place, may have events that are asked for.
func (r *reader) wants(low, high int64, last Key) bool {
	return high >= r.from && low < r.to && (r.Start == nil || last.compare(r.place(*r.Start)) >= 0)
}

// page reads until it has what is asked for.
func (r *reader) page(ctx context.Context) (Page, error) {
	for {
		next, left := r.next()
		if !left {
			return r.finish(nil), nil
		}
		if r.full(len(r.found), r.bytes) && r.last.compare(next) < 0 || r.weary(next) {
			return r.finish(&next), nil
		}
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		if len(r.records) > 0 && r.records[0].first == next {
			record := r.records[0].data
			r.records = r.records[1:]
			if err := r.decode(record); err != nil {
				r.store.opts.Log.Warn("cannot read log events", "error", err)
			}
			r.bound()
			continue
		}
		if err := r.open(); err != nil {
			return Page{}, err
		}
	}
}

// full reports whether a page has no room behind n events of so many bytes. It has room for
// one in any case.
func (r *reader) full(n, bytes int) bool {
	return n > 0 && (r.Limit > 0 && n >= r.Limit || r.Bytes > 0 && bytes >= r.Bytes)
}

// weary reports whether enough has been read for one page, of which the next begins further on
// than this one did.
func (r *reader) weary(next Key) bool {
	return r.opened > searched && len(r.records) == 0 && (r.Start == nil || next.compare(r.place(*r.Start)) > 0)
}

// next returns the first place of what is left.
func (r *reader) next() (next Key, left bool) {
	if len(r.parts) > 0 {
		next, left = r.parts[0].first, true
	}
	if len(r.records) > 0 && (!left || r.records[0].first.compare(next) < 0) {
		next, left = r.records[0].first, true
	}
	return next, left
}

// buffers hold what is read of segments until the records that are wanted are taken out of it.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// open reads the first part.
func (r *reader) open() error {
	p := r.parts[0]
	r.parts = r.parts[1:]
	if p.data != nil { // which never changes
		r.take(p.data[p.from:p.to], func(record []byte) []byte { return record })
		return nil
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer = slices.Grow((*buffer)[:0], int(p.to-p.from))[:p.to-p.from]
	data, err := p.segment.read(*buffer, p.from)
	if err != nil {
		return err
	}
	kept := make([]byte, 0, p.bytes)
	r.take(data, func(record []byte) []byte {
		kept = append(kept, record...)
		return kept[len(kept)-len(record):]
	})
	return nil
}

// take looks for records that are wanted, and keeps them.
func (r *reader) take(data []byte, keep func(record []byte) []byte) {
	r.opened += int64(len(data))
	for len(data) > 0 {
		record, err := nextRecord(data)
		if err != nil {
			r.store.opts.Log.Warn("cannot read log events", "error", err)
			break
		}
		data = data[len(record):]
		var b batch
		if record[8] != recordBatch || b.head(record) != nil || b.count == 0 {
			continue
		}
		first, last := r.places(Key{b.low, b.seq}, Key{b.high, b.seq + uint64(b.count) - 1})
		if _, wanted := r.streams[b.stream]; wanted && r.wants(b.low, b.high, last) {
			r.records = append(r.records, recordPart{first, keep(record)})
		}
	}
	sorting.By(r.records, func(a, b recordPart) int { return a.first.compare(b.first) })
}

// decode adds what a record has to what is found.
func (r *reader) decode(record []byte) error {
	if !whole(record) {
		return errTorn
	}
	var b batch
	if err := b.head(record); err != nil {
		return err
	}
	rest, err := b.rest(record)
	if err != nil {
		return err
	}
	text, d := string(rest), decoder{data: rest}
	start := Key{-latest, 0}
	if r.Start != nil {
		start = r.place(*r.Start)
	}
	for i := range b.count {
		k := Key{Time: b.low + int64(d.uvarint()), Seq: b.seq + uint64(i)}
		length := len(d.bytes())
		if d.err != nil {
			return d.err
		}
		end := len(text) - len(d.data)
		place := r.place(k)
		if k.Time < r.from || k.Time >= r.to || place.compare(start) < 0 && r.Start != nil {
			continue
		}
		message := text[end-length : end]
		if !r.matches(message) {
			continue
		}
		if len(r.found) == 0 || place.compare(r.last) > 0 {
			r.last = place
		}
		r.bytes += length
		r.found = append(r.found, Event{Stream: r.streams[b.stream], Timestamp: k.Time, Ingested: b.ingested, Message: message, Key: k})
	}
	return nil
}

// bound leaves out what cannot be on the page, when much of that has come together.
func (r *reader) bound() {
	if !r.full(len(r.found)/2, r.bytes/2) || len(r.found) < 1024 && r.bytes < 4<<20 {
		return
	}
	r.sort()
	n := min(r.fitting()+1, len(r.found)) // one more, to know that there is more
	clear(r.found[n:])
	r.found, r.bytes = r.found[:n], 0
	for i := range r.found {
		r.bytes += len(r.found[i].Message)
	}
	r.last = r.place(r.found[n-1].Key)
}

// fitting is how many of the events that are found a page has room for.
func (r *reader) fitting() int {
	bytes := 0
	for i := range r.found {
		size := len(r.found[i].Message)
		if i > 0 && (r.Limit > 0 && i >= r.Limit || r.Bytes > 0 && bytes+size > r.Bytes) {
			return i
		}
		bytes += size
	}
	return len(r.found)
}

func (r *reader) sort() {
	sorting.By(r.found, func(a, b Event) int { return r.place(a.Key).compare(r.place(b.Key)) })
}

// finish makes the page of what is found. next is the first place of what was not read.
func (r *reader) finish(next *Key) Page {
	r.sort()
	var page Page
	if next != nil {
		page.Next = new(r.place(*next)) // turned around once more it is a key
	}
	n := r.fitting()
	if n < len(r.found) {
		page.Next = &r.found[n].Key
	}
	if next != nil {
		unread := sort.Search(n, func(i int) bool { return r.place(r.found[i].Key).compare(*next) >= 0 })
		if unread < n {
			n, page.Next = unread, new(r.place(*next))
		}
	}
	page.Events = r.found[:n]
	return page
}
