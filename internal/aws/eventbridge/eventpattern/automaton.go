package eventpattern

import (
	"fmt"
	"slices"
)

// automaton has the beginnings of wildcards as states. Those before a first asterisk, and with it, are shared by
// wildcards that begin alike; later ones are not. Source: recorded answers.
type automaton struct {
	states []state
	ends   map[string]int // the state of all of a wildcard, by its test
}

// state is a beginning of wildcards.
type state struct {
	of       map[string]bool // the tests of these wildcards
	steps    map[byte][]int  // what a byte leads to
	child    map[byte]int    // the shared one of these
	asterisk int             // the state with an asterisk more, 0 if there is none
	repeats  bool            // ends in an asterisk: any byte leads to it again
}

// add adds a wildcard, in the quotes that a text has in JSON.
func (a *automaton) add(w wildcard, id string) {
	if a.states == nil {
		a.ends = map[string]int{}
		a.state()
	}
	at := a.step(0, -1, '"', true, id)
	before := -1 // the state before an asterisk: it may stand for nothing
	for i, piece := range w.pieces {
		if i > 0 {
			before, at = at, a.star(at, id)
		}
		for _, c := range []byte(piece) {
			before, at = -1, a.step(at, before, c, i == 0, id)
		}
	}
	end, found := a.ends[id]
	if !found {
		end = a.state()
		a.ends[id] = end
	}
	a.lead(at, before, '"', end, id)
}

func (a *automaton) state() int {
	a.states = append(a.states, state{of: map[string]bool{}, steps: map[byte][]int{}, child: map[byte]int{}})
	return len(a.states) - 1
}

// step goes on by a byte.
func (a *automaton) step(at, before int, c byte, shared bool, id string) int {
	next := 0
	if shared {
		next = a.states[at].child[c]
	}
	if next == 0 {
		next = a.state()
		if shared {
			a.states[at].child[c] = next
		}
	}
	a.lead(at, before, c, next, id)
	return next
}

// lead has a byte lead to a state, also from before the asterisk.
func (a *automaton) lead(at, before int, c byte, next int, id string) {
	for _, from := range []int{at, before} {
		if from >= 0 && !slices.Contains(a.states[from].steps[c], next) {
			a.states[from].steps[c] = append(a.states[from].steps[c], next)
		}
	}
	a.states[next].of[id] = true
}

// star goes on by an asterisk.
func (a *automaton) star(at int, id string) int {
	next := a.states[at].asterisk
	if next == 0 {
		next = a.state()
		a.states[at].asterisk, a.states[next].repeats = next, true
	}
	a.states[next].of[id] = true
	return next
}

// isTooWide follows all texts, until one is the beginning of too many.
func (a *automaton) isTooWide() bool {
	if a.states == nil {
		return false
	}
	todo, seen := [][]int{{0}}, map[string]bool{}
	for len(todo) > 0 {
		here := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, c := range a.bytesOf(here) {
			there := a.after(here, c)
			if a.width(there) > mostPrefixes {
				return true
			}
			if key := fmt.Sprint(there); !seen[key] {
				seen[key] = true
				todo = append(todo, there)
			}
		}
	}
	return false
}

// bytesOf are the bytes that make a difference to states.
func (a *automaton) bytesOf(states []int) []byte {
	list := []byte{0} // stands for all others: it is in no JSON text
	for _, s := range states {
		for c := range a.states[s].steps {
			list = append(list, c)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// after are the states to which a byte leads.
func (a *automaton) after(states []int, c byte) []int {
	var list []int
	for _, s := range states {
		from := a.states[s]
		list = append(list, from.steps[c]...)
		if from.repeats {
			list = append(list, s)
		}
		if from.asterisk != 0 {
			list = append(list, from.asterisk)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// width is how many beginnings a text in these states is. One that an asterisk follows is that with it, too.
func (a *automaton) width(states []int) int {
	width := 0
	for _, s := range states {
		width += len(a.states[s].of)
		if star := a.states[s].asterisk; star != 0 && !slices.Contains(states, star) {
			width += len(a.states[star].of)
		}
	}
	return width
}
