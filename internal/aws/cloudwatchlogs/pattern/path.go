package pattern

import (
	"strconv"
	"strings"
)

// step goes from a value of JSON to what is in it: a member, an element, or all of them.
type step struct {
	name  string
	index int // -1: name counts
	any   bool
}

// path takes $.a.b[0][*].* and so on.
func (l *lexer) path() (steps []step, err error) {
	start := l.at
	l.at++
	for l.at < len(l.text) {
		switch l.text[l.at] {
		case '.':
			l.at++
			s := step{index: -1}
			switch {
			case l.at == len(l.text):
				return nil, badTerm(l.text[start:])
			case l.text[l.at] == '*':
				s.any = true
				l.at++
			case l.text[l.at] == '[':
				continue
			default:
				if s.name = l.run(func(r rune) bool { return plain(r) || r == '-' }); s.name == "" {
					return nil, badTerm(l.text[start : l.at+len(l.character())])
				}
			}
			steps = append(steps, s)
		case '[':
			s, err := l.bracket()
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		default:
			return steps, nil
		}
		start = l.at
	}
	return steps, nil
}

// bracket takes [0], [*] or ['a name'].
func (l *lexer) bracket() (s step, err error) {
	start := l.at
	l.at++
	rest := l.text[l.at:]
	switch digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); {
	case strings.HasPrefix(rest, "*"):
		s = step{index: -1, any: true}
		l.at++
	case strings.HasPrefix(rest, "'"), strings.HasPrefix(rest, `"`):
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return s, badTerm(l.text[start:])
		}
		s = step{index: -1, name: rest[1 : end+1]}
		l.at += end + 2
	case digits > 0:
		if s.index, err = strconv.Atoi(rest[:digits]); err != nil {
			return s, errMalformed
		}
		l.at += digits
	}
	if l.at == len(l.text) {
		return s, badTerm(l.text[start:])
	}
	if l.text[l.at] != ']' || l.at == start+1 {
		return s, badTerm(l.text[start : l.at+len(l.character())])
	}
	l.at++
	return s, nil
}

// values visits what a path leads to, until visit says that it is enough. It leads nowhere
// where there is no such member. All members means objects' and arrays' alike. Source:
// recorded answers (LOGS0006).
func values(v any, steps []step, visit func(any) bool) bool {
	if len(steps) == 0 {
		return visit(v)
	}
	s, rest := steps[0], steps[1:]
	switch v := v.(type) {
	case map[string]any:
		if s.any {
			for _, member := range v {
				if values(member, rest, visit) {
					return true
				}
			}
			return false
		}
		if member, found := v[s.name]; found && s.index < 0 {
			return values(member, rest, visit)
		}
	case []any:
		if s.any {
			for _, element := range v {
				if values(element, rest, visit) {
					return true
				}
			}
			return false
		}
		if s.index >= 0 && s.index < len(v) {
			return values(v[s.index], rest, visit)
		}
	}
	return false
}
