// Package eventpattern has the patterns by which rules of EventBridge select events.
//
//	p, err := eventpattern.Parse(`{"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}`)
//	event, err := eventpattern.NewEvent(body)
//	p.Matches(event)
//
// A pattern is a few rules of which one has to hold, more than one only with $or; a rule is a list of conditions on
// paths, all of which have to hold. Source, unless another is named: recorded answers of AWS (EVB0001), held against
// it in TestRecordedAnswers, and where these say nothing aws/event-ruler, which EventBridge runs.
package eventpattern

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Pattern selects events. It may be used by several goroutines.
type Pattern struct {
	source string
	rules  []rule
}

// Error says why a text is no pattern.
type Error struct {
	Reason string // in AWS's words
	// Failure is set where AWS answers InternalFailure without a reason; this one is then our own.
	Failure bool
}

// Error is the message of AWS's InvalidEventPatternException.
func (e *Error) Error() string { return "Event pattern is not valid. Reason: " + e.Reason }

// rule is a list of conditions, sorted by path. The order shows: see condition.absent.
type rule []condition

// condition is what a pattern wants of the values at a path: that one of them passes one of the tests.
type condition struct {
	path  string
	tests []test
	// absent lets the path have no value, in those elements of arrays that the conditions before it are about.
	// Conditions after it do not count. Source: recorded answers; event-ruler matches the paths in their order.
	absent bool
}

// Parse reads a pattern. An error is an *Error.
func Parse(source string) (*Pattern, error) {
	p := parser{reader: reader{source: source}}
	if p.next() != beginObject {
		p.refuse("Filter is not an object")
	}
	p.object(steps{})
	if p.err != nil {
		return nil, p.err
	}
	pattern := &Pattern{source: source}
	for _, d := range p.drafts {
		r := make(rule, 0, len(d))
		for _, c := range d {
			r = append(r, c)
		}
		sorting.By(r, func(a, b condition) int { return cmp.Compare(a.path, b.path) })
		pattern.rules = append(pattern.rules, r)
	}
	if tooComplex(pattern.rules) {
		return nil, &Error{Reason: "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"}
	}
	return pattern, nil
}

func (p *Pattern) String() string { return p.source }

// Matches tells whether the pattern selects an event.
func (p *Pattern) Matches(e *Event) bool {
	return slices.ContainsFunc(p.rules, func(r rule) bool { return r.matches(e) })
}

// matches goes through the conditions with all places that the values for those so far may stand in.
func (r rule) matches(e *Event) bool {
	var start [1]places
	ways := start[:]
	for i, c := range r {
		if ways = c.narrow(e, ways, r[i+1:]); len(ways) == 0 {
			return false
		}
	}
	return true
}

// narrow returns the places in which the condition holds as well, with what the rest has to know of them.
func (c condition) narrow(e *Event, ways []places, rest rule) []places {
	var placed []places
	plain := false // some value that passes stands in no array
	for l := e.first(c.path); l != nil; l = e.following(l) {
		if plain && len(l.places) == 0 || !c.passes(&l.value) {
			continue
		}
		if len(l.places) == 0 {
			plain = true
		} else {
			placed = append(placed, l.places)
		}
	}
	if len(placed) == 0 && !c.absent {
		if plain {
			return ways
		}
		return nil
	}
	var narrowed []places
	add := func(p places) {
		if p = rest.concerns(p); !slices.ContainsFunc(narrowed, func(q places) bool { return slices.Equal(p, q) }) {
			narrowed = append(narrowed, p)
		}
	}
	for _, way := range ways {
		if plain || c.absent && c.isAbsent(e, way) {
			add(way)
		}
		for _, p := range placed {
			if joined, ok := way.join(p); ok {
				add(joined)
			}
		}
	}
	return narrowed
}

func (c condition) passes(v *value) bool {
	for _, t := range c.tests {
		if t.matches(v) {
			return true
		}
	}
	return false
}

func (c condition) isAbsent(e *Event, way places) bool {
	for l := e.first(c.path); l != nil; l = e.following(l) {
		if way.agrees(l.places) {
			return false
		}
	}
	return true
}

// concerns keeps the places that conditions can still be about.
func (r rule) concerns(p places) places {
	return slices.DeleteFunc(slices.Clone(p), func(in place) bool {
		return !slices.ContainsFunc(r, func(c condition) bool {
			below, found := strings.CutPrefix(c.path, in.path)
			return found && (below == "" || below[0] == '.')
		})
	})
}

func (e *Event) first(path string) *leaf {
	if i, found := e.last[path]; found {
		return &e.leaves[i]
	}
	return nil
}

func (e *Event) following(l *leaf) *leaf {
	if l.before < 0 {
		return nil
	}
	return &e.leaves[l.before]
}
