package alarmrule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/token"
)

// language is the language of rules: a word is all that has no blank, bracket, comma or quote. Words of the language are upper
// case (CW0030.1).
var language = token.Rules{
	Operators: []string{"(", ")", ","}, Quotes: `"`,
	Word: func(c rune) bool { return !strings.ContainsRune("(),\" \t\r\n", c) },
}

// What AWS says that it expects, in its words (CW0030).
const (
	anOperand   = "'(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA"
	aName       = "'NOT', 'AND', 'OR', 'AT_LEAST', NUMBER, PERCENTAGE NUMBER, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA, unquoted alarm name, quoted alarm name"
	aThreshold  = "NUMBER, PERCENTAGE NUMBER"
	aState      = "'NOT', ALARM, OK, or INSUFFICIENT_DATA"
	theEnd      = "<EOF>"
	anyOperator = ", 'AND', 'OR'"
)

// Most elements of a rule. Source: CloudWatch API reference, PutCompositeAlarm.
const mostElements = 500

// deepest is how many brackets and NOTs may stand in each other; a rule has at most 10,240 characters.
const deepest = 1000

// Error is what is wrong with a rule, in the words of AWS.
type Error struct{ Message string }

func (e *Error) Error() string { return "Error in AlarmRule [" + e.Message + "]" }

func wrong(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Parse reads a rule. Its errors are *Error.
func Parse(text string) (*Rule, error) {
	p := &parser{tokens: language.Split(text)}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.next().Kind != token.End {
		return nil, p.unfinished(theEnd, token.End, "")
	}
	return &Rule{root: root, names: p.names}, nil
}

// parser reads a rule from left to right.
type parser struct {
	tokens          []token.Token
	depth, elements int
	names           []string // each once
}

func (p *parser) next() token.Token { return p.tokens[0] }

// take goes over the next token if it is a word or bracket of the language.
func (p *parser) take(text string) bool {
	next := p.next()
	if next.Text != text || next.Kind != token.Word && next.Kind != token.Operator {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

// unexpected refuses the next token.
func (p *parser) unexpected(expected string) error {
	next := p.next()
	if next.Kind == token.End {
		next.Text = "<EOF>"
	}
	return wrong("Unsupported token '%s' at char %d, must be: %s", next.Text, next.At, expected)
}

// unfinished refuses a token behind an operand. If what must come follows the token, AWS expects that alone.
func (p *parser) unfinished(expected string, kind token.Kind, text string) error {
	if len(p.tokens) > 1 && p.tokens[1].Kind == kind && p.tokens[1].Text == text {
		return p.unexpected(expected)
	}
	return p.unexpected(expected + anyOperator)
}

// or reads what ORs join; AND binds more tightly.
func (p *parser) or() (node, error) { return p.joined("OR", p.and) }

func (p *parser) and() (node, error) { return p.joined("AND", p.operand) }

func (p *parser) joined(word string, operand func() (node, error)) (node, error) {
	first, err := operand()
	if err != nil {
		return nil, err
	}
	of := []node{first}
	for p.take(word) {
		another, err := operand()
		if err != nil {
			return nil, err
		}
		of = append(of, another)
	}
	if len(of) == 1 {
		return first, nil
	}
	return &junction{all: word == "AND", of: of}, nil
}

// operand reads what AND and OR stand between.
func (p *parser) operand() (node, error) {
	if p.depth++; p.depth > deepest {
		return nil, wrong("The rule is nested too deeply")
	}
	defer func() { p.depth-- }()
	next := p.next()
	if !p.take("(") {
		return p.element(next)
	}
	inner, err := p.or()
	if err == nil && !p.take(")") {
		err = p.unfinished("')'", token.Operator, ")")
	}
	return inner, err
}

// element reads an operand that does not stand in brackets.
func (p *parser) element(next token.Token) (node, error) {
	if p.elements++; p.elements > mostElements {
		return nil, wrong("The rule has more than %d elements", mostElements)
	}
	switch {
	case p.take("NOT"):
		of, err := p.operand()
		return &negation{of}, err
	case p.take("TRUE"), p.take("FALSE"):
		return constant(next.Text == "TRUE"), nil
	case p.take("AT_LEAST"):
		return p.atLeast()
	}
	state, ok := p.state()
	if !ok {
		return nil, p.unexpected(anOperand)
	}
	if !p.take("(") {
		return nil, p.unexpected("'('")
	}
	name, err := p.name()
	if err == nil && !p.take(")") {
		err = p.unexpected("')'")
	}
	return &atLeast{state: state, least: 1, names: []string{name}}, err
}

// state reads the state that an alarm is to have.
func (p *parser) state() (types.StateValue, bool) {
	for _, s := range types.StateValueOk.Values() {
		if p.take(string(s)) {
			return s, true
		}
	}
	return "", false
}

// name reads the name or ARN of an alarm. A word of the language may be one.
func (p *parser) name() (string, error) {
	next := p.next()
	if next.Kind != token.Word && next.Kind != token.Quoted {
		for len(p.tokens) > 1 && next.Text != "" && strings.HasPrefix(p.tokens[1].Text, ")") && p.tokens[1].At == next.At+utf8.RuneCountInString(next.Text) {
			next.Text += ")" // AWS tells closing brackets together
			p.tokens = p.tokens[1:]
		}
		p.tokens[0] = next
		return "", p.unexpected(aName)
	}
	if p.elements++; p.elements > mostElements {
		return "", wrong("The rule has more than %d elements", mostElements)
	}
	p.tokens = p.tokens[1:]
	if !slices.Contains(p.names, next.Text) {
		p.names = append(p.names, next.Text)
	}
	return next.Text, nil
}

// atLeast reads what stands behind AT_LEAST: (threshold, state, (names)).
func (p *parser) atLeast() (node, error) {
	if !p.take("(") {
		return nil, p.unexpected("'('")
	}
	number, percent := strings.CutSuffix(p.next().Text, "%")
	threshold, err := strconv.Atoi(number)
	if err != nil || p.next().Kind != token.Word || strings.Trim(number, "0123456789") != "" {
		return nil, p.unexpected(aThreshold)
	}
	p.tokens = p.tokens[1:]
	if !p.take(",") {
		return nil, p.unexpected("','")
	}
	n := &atLeast{not: p.take("NOT")}
	var ok bool
	if n.state, ok = p.state(); !ok {
		return nil, p.unexpected(aState)
	}
	if !p.take(",") {
		return nil, p.unexpected("','")
	}
	if n.names, err = p.list(); err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.unexpected("')'")
	}
	return n, n.set(threshold, percent)
}

// list reads names in brackets.
func (p *parser) list() (names []string, err error) {
	if !p.take("(") {
		return nil, p.unexpected("'('")
	}
	for {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if p.take(")") {
			return names, nil
		}
		if !p.take(",") {
			return nil, p.unexpected("',', ')'")
		}
	}
}
