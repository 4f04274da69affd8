package allowedpattern

import "regexp"

// match is one search in a text.
type match struct {
	text []rune
	left int // steps
}

// node matches from a place on, and calls next with each place where its match may end, until next takes one.
type node func(m *match, at int, next func(end int) bool) bool

// one matches a character.
func one(is func(rune) bool) node {
	return func(m *match, at int, next func(int) bool) bool {
		m.left--
		return m.left > 0 && at < len(m.text) && is(m.text[at]) && next(at+1)
	}
}

func literal(want rune) node { return one(func(r rune) bool { return r == want }) }

// class matches a character by an expression of Go for one.
func class(text string) (node, error) {
	expression, err := regexp.Compile(`^(?:` + text + `)$`)
	if err != nil {
		return nil, ErrNotBuilt
	}
	return one(func(r rune) bool { return expression.MatchString(string(r)) }), nil
}

func start(_ *match, at int, next func(int) bool) bool { return at == 0 && next(at) }

func end(m *match, at int, next func(int) bool) bool { return at == len(m.text) && next(at) }

func empty(_ *match, at int, next func(int) bool) bool { return next(at) }

func sequence(first, second node) node {
	return func(m *match, at int, next func(int) bool) bool {
		return first(m, at, func(end int) bool { return second(m, end, next) })
	}
}

func either(first, second node) node {
	return func(m *match, at int, next func(int) bool) bool {
		return first(m, at, next) || second(m, at, next)
	}
}

// ahead matches nothing, where what follows matches, or does not.
func ahead(what node, matches bool) node {
	return func(m *match, at int, next func(int) bool) bool {
		return what(m, at, func(int) bool { return true }) == matches && next(at)
	}
}

// repeated matches at least least times and at most most times, without bound if that is negative. Whether it takes as many as
// it can first makes no difference to whether the whole matches.
func repeated(what node, least, most int) node {
	return func(m *match, at int, next func(int) bool) bool {
		return repeat(m, what, at, least, most, next)
	}
}

func repeat(m *match, what node, at, least, most int, next func(int) bool) bool {
	if m.left--; m.left <= 0 {
		return false
	}
	if most != 0 && what(m, at, func(end int) bool {
		return (end > at || least > 0) && repeat(m, what, end, max(least-1, 0), most-1, next)
	}) {
		return true
	}
	return least == 0 && next(at)
}
