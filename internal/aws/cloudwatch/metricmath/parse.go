package metricmath

import (
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/token"
)

// form tells nodes apart.
type form int

const (
	number    form = iota // a decimal
	reference             // to a query by its Id
	text                  // in quotes
	option                // REPEAT or LINEAR
	array                 // [m1, m2]
	call                  // of a function
	operation             // an operator between operands, or before one
)

// node is a part of an expression.
type node struct {
	form   form
	name   string // of an Id, an option, a function or an operator; what stands in quotes
	number float64
	of     []*node // members, arguments or operands
}

// Characters and operators of the language. Source: CloudWatch user guide, metric math syntax.
var language = token.Rules{
	Operators: []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "^", "(", ")", "[", "]", ","},
	Quotes:    `"'`, Numbers: true,
	Word: func(c rune) bool {
		return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	},
}

// levels are operators between operands: those of a later level bind more tightly. The user guide does not say how
// tightly; it is as in most languages.
var levels = [][]string{
	{"OR", "||"},
	{"AND", "&&"},
	{"==", "!=", "<=", ">=", "<", ">"},
	{"+", "-"},
	{"*", "/"},
}

// deepest is how many parts may stand in each other. An expression has at most 2,048 characters.
const deepest = 500

// parser reads an expression from left to right.
type parser struct {
	tokens []token.Token
	depth  int
}

// parse reads a whole expression.
func parse(expression string) (*node, error) {
	p := &parser{tokens: language.Split(expression)}
	n, err := p.level(0)
	if err != nil {
		return nil, err
	}
	if p.tokens[0].Kind != token.End {
		return nil, p.unexpected()
	}
	return n, nil
}

// unexpected is the refusal of the next token. The words are the emulator's.
func (p *parser) unexpected() error {
	if p.tokens[0].Kind == token.End {
		return wrong("Unexpected end of the expression")
	}
	return wrong("Unexpected '%s' at character %d", p.tokens[0].Text, p.tokens[0].At+1)
}

// take goes over the next token if it is one of some operators. AND and OR are words.
func (p *parser) take(operators ...string) (found string) {
	next := p.tokens[0]
	if next.Kind != token.Operator && next.Kind != token.Word {
		return ""
	}
	for _, o := range operators {
		if next.Text == o {
			p.tokens = p.tokens[1:]
			return o
		}
	}
	return ""
}

// level reads operands with the operators of a level between them, from left to right.
func (p *parser) level(n int) (*node, error) {
	if n == len(levels) {
		return p.signed()
	}
	left, err := p.level(n + 1)
	for err == nil {
		operator := p.take(levels[n]...)
		if operator == "" {
			break
		}
		var right *node
		right, err = p.level(n + 1)
		left = &node{form: operation, name: operator, of: []*node{left, right}}
	}
	return left, err
}

// signed reads an operand that may have a minus before it. A power binds more tightly: -2^2 is -4.
func (p *parser) signed() (*node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > deepest {
		return nil, wrong("The expression is nested too deeply")
	}
	if p.take("-") != "" {
		of, err := p.signed()
		return &node{form: operation, name: "-", of: []*node{of}}, err
	}
	base, err := p.operand()
	if err != nil || p.take("^") == "" {
		return base, err
	}
	exponent, err := p.signed()
	return &node{form: operation, name: "^", of: []*node{base, exponent}}, err
}

// operand reads what operators stand between.
func (p *parser) operand() (*node, error) {
	next := p.tokens[0]
	switch {
	case p.take("(") != "":
		inner, err := p.level(0)
		if err == nil && p.take(")") == "" {
			err = p.unexpected()
		}
		return inner, err
	case p.take("[") != "":
		members, err := p.list("]")
		return &node{form: array, of: members}, err
	case next.Kind == token.Number:
		p.tokens = p.tokens[1:]
		value, err := strconv.ParseFloat(next.Text, 64)
		if err != nil {
			return nil, wrong("The number %s is out of range", next.Text)
		}
		return &node{form: number, number: value}, nil
	case next.Kind == token.Quoted:
		p.tokens = p.tokens[1:]
		return &node{form: text, name: next.Text}, nil
	case next.Kind == token.Word && next.Text != "AND" && next.Text != "OR":
		p.tokens = p.tokens[1:]
		return p.word(next.Text)
	}
	return nil, p.unexpected()
}

// word reads what begins with a word: a function, an option or an Id.
func (p *parser) word(name string) (*node, error) {
	switch {
	case p.take("(") != "":
		arguments, err := p.list(")")
		return &node{form: call, name: name, of: arguments}, err
	case name == "REPEAT" || name == "LINEAR":
		return &node{form: option, name: name}, nil
	}
	return &node{form: reference, name: name}, nil
}

// list reads members with commas between them up to a closing bracket.
func (p *parser) list(closing string) (members []*node, err error) {
	if p.take(closing) != "" {
		return nil, nil
	}
	for {
		member, err := p.level(0)
		if err != nil {
			return nil, err
		}
		members = append(members, member)
		if p.take(closing) != "" {
			return members, nil
		}
		if p.take(",") == "" {
			return nil, p.unexpected()
		}
	}
}
