package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// maxPlaces is how many values a request may have for the API to be asked about each of them.
const maxPlaces = 2000

// question asks the API about a request of which something is left out.
type question func(without leftOut) *refusal

func same(a, b *refusal) bool {
	return a != nil && b != nil && *a == *b
}

// culprit finds the member to which a refusal is due, and what has to be left out for the API to
// get past it; each is nil if there is none, as for what is missing.
//
// The API says no more than what is wrong. So everything is left out that does not change its
// answer; of what remains, the innermost member without which it would be content is the one, or
// the innermost one that the message names, or an item of a list, which misses something. What
// remains may lack what another member needed, so a member without which the whole request is fine
// counts as well.
func culprit(ask question, whole *node, without leftOut, refused *refusal) (due, past *place) {
	if len(whole.places(without)) > maxPlaces {
		return nil, nil
	}
	before := without
	without = least(ask, whole, without, refused)
	rest := whole.places(without)[1:]
	var cures, named []*place
	for _, p := range rest {
		switch answer := ask(without.with(p.node)); {
		case same(answer, refused):
			continue
		case answer == nil || ask(before.with(p.node)) == nil:
			cures = append(cures, p)
		}
		if names(refused.message, p.name) {
			named = append(named, p)
		}
	}
	both := filter(cures, func(p *place) bool { return slices.Contains(named, p) })
	sorting.By(both, func(a, b *place) int { return position(refused.message, b.name) - position(refused.message, a.name) })
	for _, candidates := range [][]*place{both, named, cures} {
		if due = innermost(candidates); due != nil {
			break
		}
	}
	if chosen := due; chosen != nil {
		within := func(p *place) bool { return slices.Contains(around(p), chosen.node) }
		due = cmp.Or(innermost(filter(cures, within)), due)
	}
	if due == nil {
		due = innermost(filter(rest, func(p *place) bool { return p.node.kind == object && p.up.node.kind == list }))
	}
	switch {
	case due != nil && slices.Contains(cures, due):
		past = due
	case len(cures) > 0:
		around := func(p *place) bool { return due != nil && slices.Contains(around(due), p.node) }
		past = cmp.Or(innermost(filter(cures, around)), innermost(cures))
	case due != nil && due.up.node.kind == list && others(due, before):
		past = due
	}
	if due == nil || due.node.kind == object {
		if wrong := wrongValue(ask, whole.places(before), due, before); wrong != nil {
			return wrong, past
		}
	}
	return spelled(whole.places(before), due, refused.message), past
}

// wrongValue is the one value in a structure, nil for the whole, with another of which the request
// would be fine: it cannot be left out.
func wrongValue(ask question, places []*place, structure *place, without leftOut) (wrong *place) {
	for _, p := range places {
		n := p.node
		was, other := n.text, "x"
		switch {
		case structure != nil && !slices.Contains(around(p), structure.node):
			continue
		case n.number():
			other = "1"
		case n.kind != text:
			continue
		}
		n.text = other
		fine := ask(without) == nil
		n.text = was
		switch {
		case fine && wrong != nil:
			return nil
		case fine:
			wrong = p
		}
	}
	return wrong
}

// spelled is the member in a structure that is due which the message names, or else what is due.
func spelled(places []*place, due *place, message string) *place {
	for _, p := range places {
		if due != nil && due.node.kind == object && slices.Contains(around(p), due.node) && p.node.kind != object && names(message, p.name) {
			return p
		}
	}
	return due
}

// others reports whether a list has more than one item.
func others(item *place, without leftOut) bool {
	return slices.ContainsFunc(item.up.node.items, func(n *node) bool { return n != item.node && !without[n] })
}

// least leaves out all that does not change an answer, the largest parts first.
func least(ask question, whole *node, without leftOut, refused *refusal) leftOut {
	for _, p := range whole.places(without)[1:] {
		if slices.ContainsFunc(around(p), func(n *node) bool { return without[n] }) {
			continue
		}
		if less := without.with(p.node); same(ask(less), refused) {
			without = less
		}
	}
	return without
}

// around are the nodes in which a place is.
func around(p *place) (nodes []*node) {
	for p = p.up; p != nil; p = p.up {
		nodes = append(nodes, p.node)
	}
	return nodes
}

func filter[T any](all []T, is func(T) bool) (some []T) {
	for _, each := range all {
		if is(each) {
			some = append(some, each)
		}
	}
	return some
}

func innermost(places []*place) (deepest *place) {
	depth := -1
	for _, p := range places {
		if d := len(around(p)); d > depth {
			deepest, depth = p, d
		}
	}
	return deepest
}

// anyMember are names that messages have as words of their own.
var anyMember = []string{"name", "type", "value", "key", "field", "taskDefinition", "cluster", "service"}

// names reports whether a message speaks of a member and of no other: 'cpu', "stop timeout" for
// stopTimeout, or "placement strategies" for placementStrategy.
func names(message, member string) bool {
	return strings.Contains(message, "'"+member+"'") || !slices.Contains(anyMember, member) && position(message, member) >= 0
}

// position is where a message last has the name of a member, -1 where it does not.
func position(message, member string) int {
	message, member = strings.ToLower(message), strings.ToLower(member)
	words := strings.FieldsFunc(message, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	switch {
	case len(member) >= 8:
		return strings.LastIndex(strings.Join(words, ""), member[:len(member)-1])
	case slices.Contains(words, member):
		return strings.LastIndex(message, member)
	}
	return -1
}
