// Package pattern reads the filter patterns of CloudWatch Logs, and says which messages they
// match. There are three kinds:
//
//	ERROR -"bad request" %50[0-9]%     terms
//	{ $.level = "error" && $.ms > 10 } JSON
//	[ip, ..., status = 4*, bytes]      space-delimited
//
// Source: CloudWatch Logs user guide, filter pattern syntax; and recorded answers for 90
// patterns and 89 messages, which the tests have and which decide where the guide does not.
package pattern

import (
	"regexp"
	"slices"
	"strings"
)

type Pattern interface {
	// Match says whether a message is one that the pattern is for.
	Match(message string) bool
}

// Error is why there is no pattern. Text is AWS's, where AWS explains it; it is empty for all
// that is no pattern as a whole, for which each operation has its own words.
type Error struct{ Text string }

func (e *Error) Error() string {
	if e.Text == "" {
		return "invalid filter pattern"
	}
	return e.Text
}

// errMalformed is a text of good words that make no pattern.
var errMalformed = &Error{}

// badTerm is about characters that no word has.
func badTerm(text string) error { return &Error{"Invalid character(s) in term '" + text + "'"} }

// Parse reads a pattern.
func Parse(text string) (Pattern, error) {
	p, _, err := parse(text)
	return p, err
}

// HasRegex reports whether a pattern has a regular expression.
func HasRegex(text string) bool {
	_, regexes, err := parse(text)
	return err == nil && regexes > 0
}

func parse(text string) (p Pattern, regexes int, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return terms{}, 0, nil
	}
	l := lexer{text: text}
	switch text[0] {
	case '{':
		p, err = l.json()
	case '[':
		p, err = l.space()
	default:
		p, err = l.terms()
	}
	if err != nil {
		return nil, 0, err
	}
	if l.regexes > 2 {
		return nil, 0, &Error{"Your input has exceeded the maximum of 2 regular expressions per filter pattern."}
	}
	return p, l.regexes, nil
}

// terms are words that a message has or has not, anywhere. Optional ones count only where
// there are no others. Source: recorded answers (LOGS0006).
type terms struct{ required, excluded, optional []term }

// term is a text, or an expression.
type term struct {
	text  string
	regex *regexp.Regexp
}

func (t term) in(message string) bool {
	if t.regex != nil {
		return t.regex.MatchString(message)
	}
	return strings.Contains(message, t.text)
}

// Match implements [Pattern].
func (t terms) Match(message string) bool {
	in := func(each term) bool { return each.in(message) }
	if len(t.required)+len(t.excluded) == 0 && len(t.optional) > 0 {
		return slices.ContainsFunc(t.optional, in)
	}
	lacks := func(each term) bool { return !each.in(message) }
	return !slices.ContainsFunc(t.required, lacks) && !slices.ContainsFunc(t.excluded, in)
}

// terms reads a pattern of terms.
func (l *lexer) terms() (Pattern, error) {
	var found terms
	for l.skip(); l.at < len(l.text); l.skip() {
		list := &found.required
		switch l.text[l.at] {
		case '-':
			list = &found.excluded
			l.at++
		case '?':
			list = &found.optional
			l.at++
		}
		t, err := l.term()
		if err != nil {
			return nil, err
		}
		*list = append(*list, t)
	}
	return found, nil
}

// term reads one of them. What is no letter, digit or underscore has to be in quotes. Source:
// user guide.
func (l *lexer) term() (t term, err error) {
	if l.at == len(l.text) {
		return t, badTerm(l.text[l.at-1:])
	}
	switch l.text[l.at] {
	case '"':
		t.text, err = l.quoted()
	case '%':
		t.regex, err = l.regex()
	default:
		t.text = l.run(plain)
	}
	if err == nil && l.at < len(l.text) && !isSpace(l.text[l.at]) {
		err = badTerm(l.character())
	}
	return t, err
}
