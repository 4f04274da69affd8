package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

type kind byte

const (
	object kind = iota
	list
	text    // a string
	literal // a number, true, false or null, as JSON has it
)

// node is a value of a file, with the line on which it begins.
type node struct {
	kind    kind
	line    int
	members []nodeMember // of an object, in the order of the file
	items   []*node      // of a list
	text    string
	open    bool // it stands in for a value that is unknown until a plan is applied
}

type nodeMember struct {
	name  string
	line  int // of the name
	value *node
}

// member returns the value of a member, nil if there is none.
func (n *node) member(name string) *node {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// string returns the text of a member, empty if it has none.
func (n *node) string(name string) string {
	if m := n.member(name); m != nil && m.kind == text {
		return m.text
	}
	return ""
}

// list returns the items of a member, none if there is no such list.
func (n *node) list(name string) []*node {
	if m := n.member(name); m != nil {
		return m.items
	}
	return nil
}

// put adds a member, or replaces it.
func (n *node) put(name string, line int, value *node) {
	m := nodeMember{name, line, value}
	if i := slices.IndexFunc(n.members, func(m nodeMember) bool { return m.name == name }); i >= 0 {
		n.members[i] = m
		return
	}
	n.members = append(n.members, m)
}

// remove removes a member, if there is one.
func (n *node) remove(name string) {
	if n != nil {
		n.members = slices.DeleteFunc(n.members, func(m nodeMember) bool { return m.name == name })
	}
}

func (n *node) number() bool {
	return n.kind == literal && n.text != "" && (n.text[0] == '-' || n.text[0] >= '0' && n.text[0] <= '9')
}

// null reports whether a value counts as absent.
func (n *node) null() bool { return n.kind == literal && n.text == "null" }

// leftOut are nodes that are not there, for what is asked with the others.
type leftOut map[*node]bool

// with is a copy that has one more.
func (l leftOut) with(n *node) leftOut {
	more := leftOut{n: true}
	for each := range l {
		more[each] = true
	}
	return more
}

// lost reports whether a value is left out, or all that a list has: some lists may not be empty (ECS0308).
func (l leftOut) lost(n *node) bool {
	kept := func(item *node) bool { return !l[item] }
	return l[n] || len(n.items) > 0 && !slices.ContainsFunc(n.items, kept)
}

// appendJSON writes the value without what is left out.
func (n *node) appendJSON(buf []byte, without leftOut) []byte {
	switch n.kind {
	case text:
		return wire.AppendString(buf, n.text)
	case literal:
		return append(buf, n.text...)
	case list:
		buf = append(buf, '[')
		for _, item := range n.items {
			if without[item] {
				continue
			}
			if buf[len(buf)-1] != '[' {
				buf = append(buf, ',')
			}
			buf = item.appendJSON(buf, without)
		}
		return append(buf, ']')
	}
	buf = append(buf, '{')
	for _, m := range n.members {
		if without.lost(m.value) {
			continue
		}
		if buf[len(buf)-1] != '{' {
			buf = append(buf, ',')
		}
		buf = append(wire.AppendString(buf, m.name), ':')
		buf = m.value.appendJSON(buf, without)
	}
	return append(buf, '}')
}

// place is a node below another one, and how it is called there.
type place struct {
	path string // containerDefinitions[0].image; empty for the whole
	name string // image; of an item that of its list
	line int
	node *node
	up   *place // nil for the whole
}

// places are all values below a node without what is left out, the node itself first and each
// before those in it.
func (n *node) places(without leftOut) []*place {
	whole := &place{line: n.line, node: n}
	return whole.withBelow(nil, without)
}

func (p *place) withBelow(places []*place, without leftOut) []*place {
	places = append(places, p)
	for _, m := range p.node.members {
		if without[m.value] {
			continue
		}
		path := m.name
		if p.path != "" {
			path = p.path + "." + m.name
		}
		places = (&place{path: path, name: m.name, line: m.line, node: m.value, up: p}).withBelow(places, without)
	}
	i := 0
	for _, item := range p.node.items {
		if without[item] {
			continue
		}
		one := &place{path: p.path + "[" + strconv.Itoa(i) + "]", name: p.name, line: item.line, node: item, up: p}
		places = one.withBelow(places, without)
		i++
	}
	return places
}

func (p *place) names() (names []string) {
	for ; p.up != nil; p = p.up {
		names = append(names, p.name)
	}
	return names
}

// at finds the place that a path leads to, or the nearest around it.
func at(places []*place, path string) *place {
	best := places[0]
	for _, p := range places {
		if p.path == path {
			return p
		}
		rest, around := strings.CutPrefix(path, p.path)
		if around && len(p.path) > len(best.path) && (rest[0] == '.' || rest[0] == '[') {
			best = p
		}
	}
	return best
}
