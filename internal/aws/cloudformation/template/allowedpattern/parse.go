package allowedpattern

import (
	"regexp"
	"strconv"
	"strings"
)

// parser reads an expression.
type parser struct {
	rest  []rune
	depth int
}

const maxDepth = 100

// take takes a text that comes next.
func (p *parser) take(text string) bool {
	if !strings.HasPrefix(string(p.rest[:min(len(p.rest), len(text))]), text) {
		return false
	}
	p.rest = p.rest[len(text):]
	return true
}

func (p *parser) alternatives() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, ErrNotBuilt
	}
	defer func() { p.depth-- }()
	made, err := p.sequence()
	for err == nil && p.take("|") {
		var other node
		if other, err = p.sequence(); err == nil {
			made = either(made, other)
		}
	}
	return made, err
}

func (p *parser) sequence() (node, error) {
	made := node(empty)
	for len(p.rest) > 0 && p.rest[0] != '|' && p.rest[0] != ')' {
		atom, err := p.atom()
		if err == nil {
			atom, err = p.repetition(atom)
		}
		if err != nil {
			return nil, err
		}
		made = sequence(made, atom)
	}
	return made, nil
}

func (p *parser) atom() (node, error) {
	switch {
	case p.take("^"):
		return start, nil
	case p.take("$"):
		return end, nil
	case p.take("(?="):
		return p.look(true)
	case p.take("(?!"):
		return p.look(false)
	case p.take("(?:"):
		return p.group()
	case p.take("(?"):
		return nil, ErrNotBuilt
	case p.take("("):
		return p.group()
	case p.take("."):
		return one(func(r rune) bool { return r != '\n' }), nil
	case p.rest[0] == '[', p.rest[0] == '\\':
		return p.class()
	case strings.ContainsRune("*+?{", p.rest[0]):
		return nil, ErrNotBuilt
	}
	r := p.rest[0]
	p.rest = p.rest[1:]
	return literal(r), nil
}

func (p *parser) look(matches bool) (node, error) {
	what, err := p.group()
	return ahead(what, matches), err
}

func (p *parser) group() (node, error) {
	what, err := p.alternatives()
	if err == nil && !p.take(")") {
		err = ErrNotBuilt
	}
	return what, err
}

// classes are sets of characters and escaped ones. References back, \b and the like are none.
var classes = regexp.MustCompile(`^(?:\[\^?\]?(?:\\.|[^\]\\])*\]|\\[dDwWsStnrfv]|\\x[0-9a-fA-F]{2}|\\p\{\w+\}|\\[^a-zA-Z0-9])`)

func (p *parser) class() (node, error) {
	text := classes.FindString(string(p.rest))
	if text == "" || strings.Contains(text, "&&") {
		return nil, ErrNotBuilt
	}
	p.rest = p.rest[len([]rune(text)):]
	return class(text)
}

var bounds = regexp.MustCompile(`^\{(\d{1,4})(,?)(\d{0,4})\}`)

// repetition reads how often an atom may be there.
func (p *parser) repetition(atom node) (node, error) {
	least, most := 1, 1
	switch {
	case p.take("*"):
		least, most = 0, -1
	case p.take("+"):
		most = -1
	case p.take("?"):
		least = 0
	default:
		found := bounds.FindStringSubmatch(string(p.rest))
		if found == nil {
			return atom, nil
		}
		p.take(found[0])
		least, _ = strconv.Atoi(found[1])
		if most = least; found[2] != "" {
			most = -1
		}
		if found[3] != "" {
			most, _ = strconv.Atoi(found[3])
		}
	}
	if p.take("+") {
		return nil, ErrNotBuilt
	}
	p.take("?")
	return repeated(atom, least, most), nil
}
