// Package allowedpattern matches the AllowedPattern of parameters, which is an expression of Java and must match the whole of a
// value. It reads Java's syntax. What needs no way back is matched by Go's expressions, in a time that grows with the value
// alone; the rest, such as looking ahead and possessive repetitions, by steps that are bounded: regexp2, the library for it, can
// only end a match by real time, with a goroutine that lives on. Source: Java's class Pattern.
package allowedpattern

import (
	"errors"
	"regexp"
	"sync"
)

// Pattern is a compiled expression. It does not change, so many may use it at once.
type Pattern struct {
	expression
	plain func() *regexp.Regexp // gives nil if it is matched by steps
}

// ErrNotBuilt is of expressions with what is not built, such as looking behind and references back, and of those that are none.
var ErrNotBuilt = errors.New("the expression has what is not built")

// maxSize is how large Go's expressions may be: larger ones take memory, and steps need none for repetitions.
const maxSize = 1000

// Compile compiles an expression.
func Compile(text string) (*Pattern, error) {
	p := &parser{rest: []rune(text)}
	read, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if len(p.rest) > 0 {
		return nil, ErrNotBuilt
	}
	return &Pattern{read, sync.OnceValue(read.plain)}, nil
}

// plain is Go's expression, nil if there is none for it.
func (e expression) plain() *regexp.Regexp {
	if e.size > maxSize {
		return nil
	}
	plain, err := regexp.Compile(`\A(?:` + e.text + `)\z`)
	if err != nil {
		return nil
	}
	return plain
}

// Steps are how much work some matches may be together: a choice, against expressions that go back again and again.
type Steps struct{ left int }

const (
	maxWork = 10_000_000
	// perStep is the work of a step; of Go's expressions a character is as much as the size of the expression.
	perStep = 20
	// maxNested is how many steps may follow each other before one goes back: each takes stack.
	maxNested = 50_000
)

// NewSteps is enough for the values of all parameters that a stack has.
func NewSteps() *Steps { return &Steps{left: maxWork} }

// MatchString is whether the expression matches the whole of a value.
func (p *Pattern) MatchString(value string) bool { return p.Match(value, NewSteps()) }

// Match is MatchString with steps that several values share. What takes too many does not match.
func (p *Pattern) Match(value string, steps *Steps) bool {
	if plain := p.plain(); plain != nil {
		steps.left -= (len(value) + 1) * p.size
		return steps.left > 0 && plain.MatchString(value)
	}
	m := &match{text: []rune(value), Steps: steps}
	return p.match(m, 0, func(end int) bool { return end == len(m.text) }) && steps.left > 0
}
