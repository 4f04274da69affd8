package query

import "strings"

// Operators, as conditions know them.
const (
	equals, notEquals       = "==", "!="
	greater, greaterOrEqual = ">", ">="
	less, lessOrEqual       = "<", "<="
	matches, notMatches     = "=~", "!~"
	in, notIn               = "in", "!in"
	exists, notExists       = "exists", "!exists"
)

// symbols in an order in which none hides a longer one.
var symbols = []string{equals, matches, notEquals, notMatches, greaterOrEqual, lessOrEqual, greater, less}

// words are other names of operators, in small letters.
var words = map[string]string{
	"equals": equals, "not_equals": notEquals, "greater_than": greater, "greater_than_equal": greaterOrEqual,
	"less_than": less, "less_than_equal": lessOrEqual, "matches": matches, "not_matches": notMatches,
	"in": in, "not_in": notIn, "!in": notIn, "exists": exists, "not_exists": notExists, "!exists": notExists,
}

// operator reads an operator; empty if there is none.
func (p *parser) operator() string {
	for _, s := range symbols {
		if p.symbol(s) {
			return s
		}
	}
	start := p.at
	_ = p.symbol("!")
	p.word(func(c byte) bool { return isLetter(c) || c == '_' })
	operator := words[strings.ToLower(p.text[start:p.at])]
	if operator == "" {
		p.at = start
	}
	return operator
}

// argument reads a value: quoted, or up to a space or what ends it. Parentheses and
// brackets inside are part of it if they are balanced, as in m[45].(large|xlarge).
func (p *parser) argument(ends string) (string, error) {
	if p.at < len(p.text) && (p.text[p.at] == '\'' || p.text[p.at] == '"') {
		return p.quoted(p.text[p.at])
	}
	start, open := p.at, 0
scan:
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case isSpace(c) || open == 0 && strings.IndexByte(ends, c) >= 0:
			break scan
		case open == 0 && (strings.HasPrefix(p.text[p.at:], "&&") || strings.HasPrefix(p.text[p.at:], "||")):
			break scan
		case c == '(' || c == '[' || c == '{':
			open++
		case c == ')' || c == ']' || c == '}':
			if open == 0 {
				break scan
			}
			open--
		}
	}
	if p.at == start {
		return "", p.expected("an argument")
	}
	return p.text[start:p.at], nil
}

func (p *parser) quoted(quote byte) (string, error) {
	end := strings.IndexByte(p.text[p.at+1:], quote)
	if end < 0 {
		return "", &Error{p.at, "a quotation without end"}
	}
	start := p.at + 1
	p.at = start + end + 1
	return p.text[start : start+end], nil
}

// word reads the letters that belong to one.
func (p *parser) word(belongs func(c byte) bool) string {
	start := p.at
	for p.at < len(p.text) && belongs(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

// keyword reads a keyword after spaces, if it is there as a word of its own.
func (p *parser) keyword(k string) bool {
	p.skipSpace()
	end := p.at + len(k)
	if end > len(p.text) || !strings.EqualFold(p.text[p.at:end], k) || end < len(p.text) && isSubject(p.text[end]) {
		return false
	}
	p.at = end
	return true
}

// symbol reads a symbol after spaces, if it is there.
func (p *parser) symbol(s string) bool {
	p.skipSpace()
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) skipSpace() {
	for p.at < len(p.text) && isSpace(p.text[p.at]) {
		p.at++
	}
}

func (p *parser) expected(what string) error {
	p.skipSpace()
	return &Error{p.at, "expected " + what}
}

func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// isSubject reports whether a letter may be in the name of a subject.
func isSubject(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || strings.IndexByte(":-_/\\.", c) >= 0
}
