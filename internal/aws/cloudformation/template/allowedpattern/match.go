package allowedpattern

// match is one search in a text.
type match struct {
	text []rune
	*Steps
	nested int
}

// step is whether one more step may be taken. Each is ended by back.
func (m *match) step() bool {
	m.nested++
	if m.left -= perStep; m.nested >= maxNested {
		m.left = 0
	}
	return m.left > 0
}

func (m *match) back(matches bool) bool {
	m.nested--
	return matches
}

// node matches from a place on, and calls next with each place where its match may end, until next takes one: those that Java
// tries first come first.
type node func(m *match, at int, next func(end int) bool) bool

// one matches a character.
func one(of set) node {
	return func(m *match, at int, next func(int) bool) bool {
		return m.back(m.step() && at < len(m.text) && of.has(m.text[at]) && next(at+1))
	}
}

// place matches nothing, at some places.
func place(is func(text []rune, at int) bool) node {
	return func(m *match, at int, next func(int) bool) bool { return is(m.text, at) && next(at) }
}

func sequence(nodes []node) node {
	return func(m *match, at int, next func(int) bool) bool { return follow(m, nodes, at, next) }
}

func follow(m *match, nodes []node, at int, next func(int) bool) bool {
	if len(nodes) == 0 {
		return next(at)
	}
	return m.back(m.step() && nodes[0](m, at, func(end int) bool { return follow(m, nodes[1:], end, next) }))
}

func either(nodes []node) node {
	return func(m *match, at int, next func(int) bool) bool {
		for _, each := range nodes {
			if m.back(m.step() && each(m, at, next)) {
				return true
			}
		}
		return false
	}
}

// ahead matches nothing, where what follows matches, or does not.
func ahead(what node, matches bool) node {
	return func(m *match, at int, next func(int) bool) bool {
		return what(m, at, func(int) bool { return true }) == matches && next(at)
	}
}

// atomic matches the first way that is found, and no other one.
func atomic(what node) node {
	return func(m *match, at int, next func(int) bool) bool {
		first := -1
		return what(m, at, func(end int) bool {
			first = end
			return true
		}) && next(first)
	}
}

// repetition is how often something may be there.
type repetition struct {
	least, most int // without bound if most is negative
	lazy        bool
}

func repeated(what node, r repetition) node {
	return func(m *match, at int, next func(int) bool) bool { return repeat(m, what, at, r, next) }
}

func repeat(m *match, what node, at int, r repetition, next func(int) bool) bool {
	if !m.step() {
		return m.back(false)
	}
	if r.lazy && r.least == 0 && next(at) {
		return m.back(true)
	}
	more := func(end int) bool {
		if end == at { // nothing, which may be there as often as it must
			return r.least > 0 && next(at)
		}
		return repeat(m, what, end, repetition{max(r.least-1, 0), r.most - 1, r.lazy}, next)
	}
	if r.most != 0 && what(m, at, more) {
		return m.back(true)
	}
	return m.back(!r.lazy && r.least == 0 && next(at))
}
