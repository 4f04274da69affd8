package eventpattern

import (
	"fmt"
	"slices"
	"strings"
)

// mostPrefixes is how many beginnings of wildcards a text may be at once. Source: recorded answers: ten are
// accepted, eleven refused.
const mostPrefixes = 10

// tooComplex tells whether some text could be the beginning of too many wildcards at once: "aaa" is that of each of
// *, *a, *a* and so on in *a*a*a. event-ruler documents this measure at MachineComplexityEvaluator. It is that of the
// automaton to which event-ruler joins the conditions of all rules, so rules with the same first conditions count
// together.
func tooComplex(rules []rule) bool {
	if !slices.ContainsFunc(rules, rule.hasWildcards) {
		return false
	}
	first := newStage()
	for _, r := range rules {
		here := []*stage{first}
		for _, c := range r {
			var there []*stage
			for _, s := range here {
				for _, next := range s.through(c) {
					there = add(there, next)
				}
			}
			here = there
		}
	}
	return first.tooComplex(map[*stage]bool{})
}

func (r rule) hasWildcards() bool {
	return slices.ContainsFunc(r, func(c condition) bool {
		return slices.ContainsFunc(c.tests, func(t test) bool { return len(wildcardsOf(t)) > 0 })
	})
}

func wildcardsOf(t test) []wildcard {
	switch t := t.(type) {
	case wildcard:
		return []wildcard{t}
	case anythingBut:
		var list []wildcard
		for _, but := range t.tests {
			list = append(list, wildcardsOf(but)...)
		}
		return list
	}
	return nil
}

// stage is where the conditions so far have led: the crossings of the paths that are looked at next.
type stage struct{ crossings map[string]*crossing }

// crossing has the wildcards for one path, and the stage to which each test leads.
type crossing struct {
	wildcards automaton
	next      map[string]*stage
	onward    []*stage // without those that only the absence of a value leads to, which AWS does not look at
}

// through adds a condition and returns the stages after it. Its tests lead to one, but for those that already lead
// to another.
func (s *stage) through(c condition) []*stage {
	at := s.crossings[c.path]
	if at == nil {
		at = &crossing{next: map[string]*stage{}}
		s.crossings[c.path] = at
	}
	var to *stage
	var reached []*stage
	for _, t := range c.tests {
		id := identity(t)
		if known := at.next[id]; known != nil {
			to = known
		} else if to == nil {
			to = newStage()
		}
		at.next[id] = to
		reached = add(reached, to)
		if _, is := t.(absence); !is {
			at.onward = add(at.onward, to)
		}
		for _, w := range wildcardsOf(t) {
			at.wildcards.add(w, id)
		}
	}
	return reached
}

func newStage() *stage { return &stage{crossings: map[string]*crossing{}} }

func add(stages []*stage, s *stage) []*stage {
	if slices.Contains(stages, s) {
		return stages
	}
	return append(stages, s)
}

// tooComplex looks at this stage and those after it, each once.
func (s *stage) tooComplex(seen map[*stage]bool) bool {
	if seen[s] {
		return false
	}
	seen[s] = true
	for _, at := range s.crossings {
		if at.wildcards.isTooWide() {
			return true
		}
		for _, next := range at.onward {
			if next.tooComplex(seen) {
				return true
			}
		}
	}
	return false
}

// identity tells tests apart.
func identity(t test) string {
	but, is := t.(anythingBut)
	if !is {
		return fmt.Sprintf("%T %v", t, t)
	}
	var list strings.Builder
	list.WriteString("but ")
	for _, t := range but.tests {
		list.WriteString(identity(t) + "\n")
	}
	return list.String()
}
