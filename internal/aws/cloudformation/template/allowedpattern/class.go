package allowedpattern

import (
	"strconv"
	"strings"
	"unicode"
)

// named are the sets that a letter after a backslash means; capitals mean all others.
var named = map[rune]set{
	'd': spans("09"),
	'w': spans("azAZ__09"),
	's': spans("  \t\r"),
	'h': spans("  \t\t\u00a0\u00a0\u1680\u1680\u180e\u180e\u2000\u200a\u202f\u202f\u205f\u205f\u3000\u3000"),
	'v': spans("\n\r\u0085\u0085\u2028\u2029"),
}

// properties are the sets of ASCII that \p{…} names in Java.
var properties = map[string]set{
	"Lower": spans("az"), "Upper": spans("AZ"), "ASCII": spans("\x00\x7f"), "Alpha": spans("azAZ"), "Digit": spans("09"),
	"Alnum": spans("azAZ09"), "Punct": spans("!/:@[`{~"), "Graph": spans("!~"), "Print": spans(" ~"), "Blank": spans("  \t\t"),
	"Cntrl": spans("\x00\x1f\x7f\x7f"), "XDigit": spans("09afAF"), "Space": spans("  \t\r"),
}

// lineEnds are the characters that a dot does not match.
var lineEnds = spans("\n\n\r\r\u0085\u0085\u2028\u2029")

// class reads a class behind its bracket.
func (p *parser) class() (set, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, ErrNotBuilt
	}
	defer func() { p.depth-- }()
	not := p.take("^")
	var made, part set // part up to the next &&
	intersects, empty, most := false, true, 1000
	for first := true; ; first = false {
		ends := len(p.rest) > 0 && p.rest[0] == ']' && !first
		switch {
		case len(p.rest) == 0:
			return nil, ErrNotBuilt
		case ends || p.take("&&"):
			if empty {
				return nil, ErrNotBuilt
			}
			if part = part.union(nil); intersects {
				part = made.intersection(part)
			}
			made, part, intersects, empty = part, nil, true, true
			if !ends {
				continue
			}
			p.rest = p.rest[1:]
			if not {
				made = made.not()
			}
			return made, nil
		}
		item, err := p.classItem()
		if err != nil {
			return nil, err
		}
		part, empty = append(part, item...), false
		if len(part) > most { // many are the same
			part = part.union(nil)
			most = 2*len(part) + 1000
		}
	}
}

// classItem reads a class in a class, a set that a backslash names, a character or a span of them.
func (p *parser) classItem() (set, error) {
	if p.take("[") {
		return p.class()
	}
	from, is, err := p.character()
	if err != nil || !is.single {
		return is.set, err
	}
	if len(p.rest) < 2 || p.rest[0] != '-' || p.rest[1] == ']' || p.rest[1] == '[' {
		return p.fold(single(from)), nil
	}
	p.rest = p.rest[1:]
	to, until, err := p.character()
	if err != nil || !until.single || to < from {
		return nil, ErrNotBuilt
	}
	return p.fold(set{{from, to}}), nil
}

func (p *parser) fold(s set) set {
	if p.ignoreCase {
		return s.folded()
	}
	return s
}

// kind is what character has read: a single one, or a set.
type kind struct {
	single bool
	set    set
}

// escapes are characters that letters after a backslash mean.
var escapes = map[rune]rune{'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f', 'a': '\a', 'e': 0x1b}

// character reads a character, escaped or not, or a set that a backslash names.
func (p *parser) character() (rune, kind, error) {
	r := p.rest[0]
	p.rest = p.rest[1:]
	if r != '\\' {
		return r, kind{single: true}, nil
	}
	if len(p.rest) == 0 {
		return 0, kind{}, ErrNotBuilt
	}
	r = p.rest[0]
	p.rest = p.rest[1:]
	if s, is := named[unicode.ToLower(r)]; is && r < unicode.MaxASCII {
		if unicode.IsUpper(r) {
			s = s.not()
		}
		return 0, kind{set: s}, nil
	}
	switch {
	case r == 'p' || r == 'P':
		s, err := p.property()
		if r == 'P' {
			s = s.not()
		}
		return 0, kind{set: s}, err
	case r == 'x' || r == 'u':
		code, err := p.code(r)
		return code, kind{single: true}, err
	case escapes[r] != 0:
		return escapes[r], kind{single: true}, nil
	case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return 0, kind{}, ErrNotBuilt
	}
	return r, kind{single: true}, nil
}

// code reads a character by its number: two digits after x, or some in braces; four after u.
func (p *parser) code(mark rune) (rune, error) {
	digits := map[rune]int{'x': 2, 'u': 4}[mark]
	if mark == 'x' && p.take("{") {
		digits = strings.IndexByte(string(p.rest[:min(len(p.rest), 8)]), '}')
		defer p.take("}")
	}
	if digits <= 0 || digits > len(p.rest) {
		return 0, ErrNotBuilt
	}
	code, err := strconv.ParseUint(string(p.rest[:digits]), 16, 32)
	p.rest = p.rest[digits:]
	if err != nil || code > unicode.MaxRune {
		return 0, ErrNotBuilt
	}
	return rune(code), nil
}

// property reads the name of a set of Unicode or ASCII: {Name}, or one letter.
func (p *parser) property() (set, error) {
	if len(p.rest) == 0 {
		return nil, ErrNotBuilt
	}
	name := string(p.rest[:1])
	if name == "{" {
		inner, _, closed := strings.Cut(string(p.rest[1:min(len(p.rest), 40)]), "}")
		if !closed {
			return nil, ErrNotBuilt
		}
		name = inner
		p.rest = p.rest[len([]rune(inner))+1:]
	}
	p.rest = p.rest[1:]
	if s, is := properties[name]; is {
		return s, nil
	}
	short := strings.TrimPrefix(name, "Is")
	t, is := unicode.Categories[short]
	if !is && short != name {
		t, is = unicode.Scripts[short]
	}
	if !is {
		return nil, ErrNotBuilt
	}
	if _, had := p.tables[short]; !had {
		if p.tables == nil {
			p.tables = map[string]set{}
		}
		p.tables[short] = table(t)
	}
	return p.tables[short], nil
}
