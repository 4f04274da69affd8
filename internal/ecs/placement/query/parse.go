package query

import "strings"

// Bounds of an expression. Source of the first: ECS API reference, PlacementConstraint;
// the second is the emulator's own.
const (
	maxLength = 2000
	maxDepth  = 100
)

// parser reads an expression by recursive descent. Chains of and and or are loops, so
// only parentheses and nots make it deeper.
type parser struct {
	text     string
	at       int
	depth    int
	onGroups bool
}

func (p *parser) expression() (test, error) {
	if len(p.text) > maxLength {
		return nil, &Error{maxLength, "more than 2000 characters"}
	}
	t, err := p.anyOf()
	if err != nil {
		return nil, err
	}
	if p.skipSpace(); p.at < len(p.text) {
		return nil, p.expected("and, or, or the end")
	}
	return t, nil
}

func (p *parser) anyOf() (test, error) {
	return p.chain(p.allOf, "||", "or", true)
}

func (p *parser) allOf() (test, error) {
	return p.chain(p.operand, "&&", "and", false)
}

// chain reads what has a symbol or word between, for which answer is decisive.
func (p *parser) chain(one func() (test, error), symbol, word string, answer bool) (test, error) {
	var list []test
	for {
		t, err := one()
		if err != nil {
			return nil, err
		}
		if list = append(list, t); !p.symbol(symbol) && !p.keyword(word) {
			return joined(list, answer), nil
		}
	}
}

// joined is true as soon as one of the list gives answer, or else the opposite.
func joined(list []test, answer bool) test {
	if len(list) == 1 {
		return list[0]
	}
	return func(s *Subject) bool {
		for _, t := range list {
			if t(s) == answer {
				return answer
			}
		}
		return !answer
	}
}

// operand reads a condition, or what not or parentheses make of one.
func (p *parser) operand() (test, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{p.at, "more than 100 levels"}
	}
	defer func() { p.depth-- }()
	switch {
	case p.keyword("not") || p.symbol("!"):
		t, err := p.operand()
		if err != nil {
			return nil, err
		}
		return func(s *Subject) bool { return !t(s) }, nil
	case p.symbol("("):
		t, err := p.anyOf()
		if err != nil {
			return nil, err
		}
		if !p.symbol(")") {
			return nil, p.expected("')'")
		}
		return t, nil
	default:
		return p.condition()
	}
}

func (p *parser) condition() (test, error) {
	p.skipSpace()
	c := condition{at: p.at}
	c.subject = p.word(isSubject)
	kind, err := c.kind()
	if err != nil {
		return nil, err
	}
	p.onGroups = p.onGroups || c.subject == taskGroup
	p.skipSpace()
	c.at = p.at
	if c.operator = p.operator(); c.operator == "" {
		return nil, p.expected("an operator")
	}
	if !strings.Contains(kind.operators, " "+c.operator+" ") {
		return nil, &Error{c.at, "an operator that " + c.subject + " does not have"}
	}
	if err := p.arguments(&c); err != nil {
		return nil, err
	}
	return kind.compile(&c)
}

// arguments reads what the operator of a condition needs.
func (p *parser) arguments(c *condition) (err error) {
	switch c.operator {
	case exists, notExists:
		return nil
	case in, notIn:
		return p.list(c)
	}
	p.skipSpace()
	a := argument{at: p.at}
	if a.text, err = p.argument(""); err != nil {
		return err
	}
	c.arguments = []argument{a}
	return nil
}

func (p *parser) list(c *condition) (err error) {
	if !p.symbol("[") {
		return p.expected("'['")
	}
	for {
		p.skipSpace()
		a := argument{at: p.at}
		if a.text, err = p.argument(",]"); err != nil {
			return err
		}
		c.arguments = append(c.arguments, a)
		switch {
		case p.symbol("]"):
			return nil
		case !p.symbol(","):
			return p.expected("',' or ']'")
		}
	}
}
