package decision

import (
	"cmp"
	"maps"
	"sync"
)

// size is how many decisions a Log keeps.
const size = 10_000

// Log keeps the newest decisions, and counts all. The zero value is empty.
type Log struct {
	// Denied is told of each denial, unless it is nil. It is set before the first one.
	Denied func(Decision)

	mu      sync.Mutex
	ring    []Recorded // round and round
	begun   uint64     // how many there were before the ring was last empty
	written uint64     // how many there ever were: the number of the newest one
	counts  map[Call]*Count
	refused map[Call]uint64
	changed chan struct{} // nil if no reader waits
}

// Call is the API call for which there was a decision.
type Call struct{ Service, Operation string }

// Compare orders calls by service and operation.
func (c Call) Compare(other Call) int {
	return cmp.Or(cmp.Compare(c.Service, other.Service), cmp.Compare(c.Operation, other.Operation))
}

// Count is how many decisions there have been.
type Count struct{ Allowed, Denied uint64 }

// Recorded is a decision that is told when it is read: most are not.
type Recorded interface {
	Tell() Decision
	// Counts is the call for which it counts, and whether it denies.
	Counts() (call Call, denied bool)
}

// Tell returns the decision itself.
func (d Decision) Tell() Decision { return d }

// Counts implements [Recorded].
func (d Decision) Counts() (call Call, denied bool) {
	return Call{d.Service, d.Operation}, d.Decision == Denied
}

// Record keeps decisions.
func (l *Log) Record(list ...Recorded) {
	l.record(list)
	if l.Denied == nil {
		return
	}
	for _, d := range list {
		if _, denied := d.Counts(); denied {
			l.Denied(d.Tell())
		}
	}
}

func (l *Log) record(list []Recorded) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var last Call
	var count *Count // of last
	for _, d := range list {
		if len(l.ring) < size {
			l.ring = append(l.ring, d)
		} else {
			l.ring[(l.written-l.begun)%size] = d
		}
		l.written++
		call, denied := d.Counts()
		if count == nil || call != last {
			last, count = call, l.countOf(call)
		}
		if denied {
			count.Denied++
		} else {
			count.Allowed++
		}
	}
	if len(list) > 0 && l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

func (l *Log) countOf(call Call) *Count {
	of := l.counts[call]
	if of == nil {
		if l.counts == nil {
			l.counts = map[Call]*Count{}
		}
		of = &Count{}
		l.counts[call] = of
	}
	return of
}

// Of returns the decisions of a request that are kept, in their order.
func (l *Log) Of(requestID string) []Decision {
	return l.Select(Filter{RequestID: requestID})
}

// Select returns the decisions that are kept and that a filter lets through, the newest last.
func (l *Log) Select(f Filter) []Decision {
	list, _ := l.After(0, f)
	return list
}

// News are the decisions of a Log after one of its numbers.
type News struct {
	Newest uint64 // the number of the newest decision, whether the filter lets it through or not
	// Missed is how many there were that are not kept any more, if the filter may let some of them through. Those that
	// Forget has removed do not count.
	Missed  uint64
	Changed <-chan struct{} // is closed when there are more
}

// After returns the decisions after a number that a filter lets through, the newest last. Numbers begin with 1.
func (l *Log) After(number uint64, f Filter) (list []Decision, news News) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	first := max(number, l.written-uint64(len(l.ring)))
	for n := first; n < l.written; n++ {
		kept := l.ring[(n-l.begun)%size]
		if _, denied := kept.Counts(); f.Decision != "" && denied != (f.Decision == Denied) {
			continue // most are left out so, without being told
		}
		if d := kept.Tell(); f.lets(&d) {
			list = append(list, d)
		}
	}
	news = News{Newest: l.written, Changed: l.changed}
	if missed := first - max(number, l.begun); missed > 0 && !l.ring[(first-l.begun)%size].Tell().Time.Before(f.Since) {
		news.Missed = missed
	}
	return list, news
}

// Counts are how many decisions there have been for each call, those included that are not kept any more.
func (l *Log) Counts() map[Call]Count {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := make(map[Call]Count, len(l.counts))
	for call, of := range l.counts {
		counts[call] = *of
	}
	return counts
}

// Refused counts a request that was refused, or would have been, before policies were asked: for its signature, its keys or its
// web identity. It is no decision about what its caller wants.
func (l *Log) Refused(call Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused == nil {
		l.refused = map[Call]uint64{}
	}
	l.refused[call]++
}

// Refusals are how often requests were refused before policies were asked, for each call.
func (l *Log) Refusals() map[Call]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.refused)
}

// Total is the sum of all counts.
func (l *Log) Total() (sum Count) {
	for of := range maps.Values(l.Counts()) {
		sum.Allowed += of.Allowed
		sum.Denied += of.Denied
	}
	return sum
}

// Forget forgets all decisions and all counts.
func (l *Log) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.begun, l.counts, l.refused = nil, l.written, nil, nil
}
