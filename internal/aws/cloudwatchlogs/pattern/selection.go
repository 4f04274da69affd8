package pattern

import (
	"slices"
	"strings"
)

// Selection says by its system fields whether a log event is one that a metric filter looks at.
type Selection func(fields map[string]string) bool

// SystemFields of a log event. Source: recorded answers (LOGS0008).
var SystemFields = []string{"@aws.region", "@aws.account", "@source.log"}

// ParseSelection reads field selection criteria, such as
//
//	@aws.region = "us-east-1" AND @aws.account NOT IN ["111111111111", "222222222222"]
//
// AND binds more than OR. ok is false for a text that has none; the empty one selects all.
// Source: CloudWatch Logs API reference, PutMetricFilter, which names =, !=, AND, OR, IN and NOT IN.
func ParseSelection(text string) (s Selection, ok bool) {
	if text == "" {
		return func(map[string]string) bool { return true }, true
	}
	words, ok := selectionWords(text)
	if !ok {
		return nil, false
	}
	p := &selectionParser{words: words}
	s, ok = p.either()
	return s, ok && p.at == len(p.words)
}

// selectionWords takes a text apart. A quoted one keeps its first mark, so that it is no word.
func selectionWords(text string) (words []string, ok bool) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case isSpace(c):
			i++
		case strings.IndexByte("()[],=", c) >= 0:
			words, i = append(words, text[i:i+1]), i+1
		case strings.HasPrefix(text[i:], "!="):
			words, i = append(words, "!="), i+2
		case c == '"' || c == '\'':
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 {
				return nil, false
			}
			words, i = append(words, text[i:i+1+end]), i+end+2
		default:
			end := strings.IndexAny(text[i:], " \t\n\r\v\f()[],=!\"'")
			switch end {
			case -1:
				end = len(text) - i
			case 0:
				return nil, false
			}
			words, i = append(words, text[i:i+end]), i+end
		}
	}
	return words, true
}

type selectionParser struct {
	words []string
	at    int
}

func (p *selectionParser) next() (word string) {
	if p.at < len(p.words) {
		word = p.words[p.at]
		p.at++
	}
	return word
}

func (p *selectionParser) take(word string) bool {
	if p.at < len(p.words) && strings.EqualFold(p.words[p.at], word) {
		p.at++
		return true
	}
	return false
}

func (p *selectionParser) either() (s Selection, ok bool) {
	one := func() (func(map[string]string) bool, error) {
		if s, ok := p.single(); ok {
			return s, nil
		}
		return nil, errMalformed
	}
	s, err := disjunction(one, p.take, "OR", "AND")
	return s, err == nil
}

func (p *selectionParser) single() (s Selection, ok bool) {
	if p.take("(") {
		s, ok = p.either()
		return s, ok && p.take(")")
	}
	field := p.next()
	if !slices.Contains(SystemFields, field) {
		return nil, false
	}
	wanted := true
	var values []string
	switch {
	case p.take("="):
		values, ok = p.value(nil)
	case p.take("!="):
		wanted = false
		values, ok = p.value(nil)
	default:
		wanted = !p.take("NOT")
		values, ok = p.list()
	}
	return func(f map[string]string) bool { return slices.Contains(values, f[field]) == wanted }, ok
}

// list reads IN [value, value].
func (p *selectionParser) list() (values []string, ok bool) {
	if !p.take("IN") || !p.take("[") {
		return nil, false
	}
	for {
		if values, ok = p.value(values); !ok || p.take("]") {
			return values, ok
		}
		if !p.take(",") {
			return nil, false
		}
	}
}

// value reads a quoted text.
func (p *selectionParser) value(before []string) (values []string, ok bool) {
	word := p.next()
	if word == "" || word[0] != '"' && word[0] != '\'' {
		return nil, false
	}
	return append(before, word[1:]), true
}
