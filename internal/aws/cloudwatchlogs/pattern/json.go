package pattern

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// object is a pattern of JSON. Its message is an object.
type object struct{ condition condition }

// condition is what a message fulfils.
type condition = func(v any) bool

// Match implements [Pattern].
func (o object) Match(message string) bool {
	v, ok := decode(message)
	return ok && o.condition(v)
}

// decode reads a message that is an object.
func decode(message string) (v any, ok bool) {
	if !strings.HasPrefix(strings.TrimLeft(message, " \t\r\n"), "{") {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(message))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, err == io.EOF
}

// json reads { condition }.
func (l *lexer) json() (Pattern, error) {
	tokens, err := l.tokens()
	if err != nil {
		return nil, err
	}
	if err := countWildcards(tokens); err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	p.next() // {
	c, err := p.either()
	if err != nil {
		return nil, err
	}
	if !p.take("}") || p.at < len(tokens) {
		return nil, errMalformed
	}
	return object{c}, nil
}

// countWildcards bounds them. Source: recorded answers (LOGS0006).
func countWildcards(tokens []token) error {
	paths := 0
	for _, t := range tokens {
		n := 0
		for _, s := range t.steps {
			if s.any {
				n++
			}
		}
		if n > 1 {
			return &Error{"Your filter pattern has a JSON path selector that exceeds the maximum of 1 wildcard allowed per json selector."}
		}
		paths += n
	}
	if paths > 3 {
		return &Error{"Your input has exceeded the maximum of 3 JSON wildcard selectors allowed per filter pattern."}
	}
	return nil
}

// either reads conditions between ||, which binds less than &&.
func (p *parser) either() (condition, error) { return disjunction(p.single, p.take, "||", "&&") }

// single reads one condition, or some in parentheses.
func (p *parser) single() (condition, error) {
	if p.take("(") {
		c, err := p.either()
		if err == nil && !p.take(")") {
			err = errMalformed
		}
		return c, err
	}
	selector := p.next()
	if selector.kind != path || len(selector.steps) == 0 {
		return nil, errMalformed
	}
	steps := selector.steps
	if p.peek().kind == word {
		return p.state(steps)
	}
	c, err := p.comparison()
	if err != nil {
		return nil, err
	}
	return func(v any) bool { return values(v, steps, c.json) }, nil
}

// state reads IS NULL, IS TRUE, IS FALSE or NOT EXISTS. An array with a null is null, too.
// Source: recorded answers (LOGS0006).
func (p *parser) state(steps []step) (condition, error) {
	first, second := p.next(), p.next()
	if second.kind != word {
		return nil, errMalformed
	}
	var is func(v any) bool
	switch strings.ToUpper(first.text + " " + second.text) {
	case "NOT EXISTS":
		return func(v any) bool { return !values(v, steps, func(any) bool { return true }) }, nil
	case "IS NULL":
		is = isNull
	case "IS TRUE":
		is = func(v any) bool { return v == true }
	case "IS FALSE":
		is = func(v any) bool { return v == false }
	default:
		return nil, errMalformed
	}
	return func(v any) bool { return values(v, steps, is) }, nil
}

func isNull(v any) bool {
	list, _ := v.([]any)
	return v == nil || slices.Contains(list, nil)
}
