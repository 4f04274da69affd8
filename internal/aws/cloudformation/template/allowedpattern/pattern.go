// Package allowedpattern matches the AllowedPattern of parameters, which is an expression of Java: Go's expressions do not look
// ahead, as patterns of passwords and host names do. What Go takes, Go matches. The rest is little, and its steps are bounded:
// regexp2, the library for it, can only end a match by real time, with a goroutine that lives on.
package allowedpattern

import (
	"errors"
	"regexp"
)

// Pattern is a compiled expression, which must match the whole of a value.
type Pattern struct {
	plain *regexp.Regexp
	steps node // of one that looks ahead, else nil
}

// ErrNotBuilt is of expressions with what is not built, such as looking behind, possessive repetitions and references back.
var ErrNotBuilt = errors.New("the expression has what is not built")

// repeats are bounds of repetitions above what Go's expressions take, 1,000.
var repeats = regexp.MustCompile(`\{(\d{1,4}),(\d{4,})\}`)

// Compile compiles an expression. Upper bounds of repetitions above 1,000 are left out, where Go matches.
func Compile(text string) (*Pattern, error) {
	if plain, err := regexp.Compile(`^(?:` + repeats.ReplaceAllString(text, `{$1,}`) + `)$`); err == nil {
		return &Pattern{plain: plain}, nil
	}
	p := &parser{rest: []rune(text)}
	steps, err := p.alternatives()
	if err == nil && len(p.rest) > 0 {
		err = ErrNotBuilt
	}
	return &Pattern{steps: steps}, err
}

// maxSteps is how many steps a match may take: a choice, against expressions that go back again and again.
const maxSteps = 1_000_000

// MatchString is whether the expression matches the whole of a value. Of one that takes too many steps it is not.
func (p *Pattern) MatchString(value string) bool {
	if p.plain != nil {
		return p.plain.MatchString(value)
	}
	m := &match{text: []rune(value), left: maxSteps}
	return p.steps(m, 0, func(end int) bool { return end == len(m.text) }) && m.left > 0
}
