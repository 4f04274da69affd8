// Package token cuts the small languages of CloudWatch into words, numbers, quoted texts and operators: metric math and
// the rules of composite alarms.
package token

import (
	"strings"
	"unicode/utf8"
)

// Kind tells tokens apart.
type Kind int

// Kinds of tokens.
const (
	End      Kind = iota // of the text
	Word                 // of the characters that Rules.Word has
	Number               // decimal, with a fraction or an exponent if it has one
	Quoted               // what stands in quotes, without them
	Operator             // one of Rules.Operators
	Unknown              // a character that nothing begins with, or the rest of a text whose quotes do not end
)

// Token is a part of a text. At is where it begins, in characters from 0.
type Token struct {
	Kind Kind
	Text string
	At   int
}

type Rules struct {
	Operators []string // a longer one before those that it begins with
	Quotes    string   // what a quoted text begins and ends with; a backslash takes the next character as it is
	Word      func(c rune) bool
	Numbers   bool // what begins with a digit is a number; otherwise it is a word
}

// Split cuts a text. The last token is always End.
func (r *Rules) Split(text string) (tokens []Token) {
	s := scanner{rules: r, rest: text}
	for {
		s.skip()
		t := s.next()
		tokens = append(tokens, t)
		if t.Kind == End {
			return tokens
		}
	}
}

// scanner stands somewhere in a text.
type scanner struct {
	rules *Rules
	rest  string
	at    int // in characters
}

// skip goes over blanks.
func (s *scanner) skip() {
	s.take(len(s.rest) - len(strings.TrimLeft(s.rest, " \t\r\n")))
}

// take goes on by some bytes and returns them.
func (s *scanner) take(bytes int) string {
	taken := s.rest[:bytes]
	s.rest, s.at = s.rest[bytes:], s.at+utf8.RuneCountInString(taken)
	return taken
}

func (s *scanner) next() Token {
	t := Token{At: s.at}
	if s.rest == "" {
		return t
	}
	first, size := utf8.DecodeRuneInString(s.rest)
	switch {
	case strings.ContainsRune(s.rules.Quotes, first) && first != utf8.RuneError:
		t.Kind, t.Text = s.quoted(first)
	case s.rules.Numbers && s.number() > 0:
		t.Kind, t.Text = Number, s.take(s.number())
	case s.rules.Word(first):
		t.Kind, t.Text = Word, s.take(s.word())
	default:
		t.Kind, t.Text = s.operator(size)
	}
	return t
}

// word is how many bytes of a word come next.
func (s *scanner) word() int {
	if end := strings.IndexFunc(s.rest, func(c rune) bool { return !s.rules.Word(c) }); end >= 0 {
		return end
	}
	return len(s.rest)
}

// operator takes an operator, or a character of some bytes.
func (s *scanner) operator(size int) (Kind, string) {
	for _, o := range s.rules.Operators {
		if strings.HasPrefix(s.rest, o) {
			return Operator, s.take(len(o))
		}
	}
	return Unknown, s.take(size)
}

// quoted takes a text in quotes, or all that is left where they do not end.
func (s *scanner) quoted(quote rune) (Kind, string) {
	var inside strings.Builder
	escaped := false
	for i, c := range s.rest {
		switch {
		case i == 0:
		case escaped:
			inside.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == quote:
			s.take(i + utf8.RuneLen(quote))
			return Quoted, inside.String()
		default:
			inside.WriteRune(c)
		}
	}
	return Unknown, s.take(len(s.rest))
}

// number is how many bytes of a number come next, 0 where none does.
func (s *scanner) number() int {
	whole := digits(s.rest)
	end := whole
	if strings.HasPrefix(s.rest[end:], ".") {
		fraction := digits(s.rest[end+1:])
		if whole+fraction == 0 {
			return 0
		}
		end += 1 + fraction
	}
	if end == 0 {
		return 0
	}
	return end + exponent(s.rest[end:])
}

// exponent is how many bytes one takes: e, a sign and digits.
func exponent(text string) int {
	if text == "" || text[0] != 'e' && text[0] != 'E' {
		return 0
	}
	n := 1
	if len(text) > n && (text[n] == '+' || text[n] == '-') {
		n++
	}
	if d := digits(text[n:]); d > 0 {
		return n + d
	}
	return 0
}

func digits(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}
