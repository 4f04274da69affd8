package pattern

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// comparison is an operator and what stands behind it.
type comparison struct {
	operator string
	text     string // with * for any characters
	regex    *regexp.Regexp
	number   float64
	numeric  bool // a bare number
}

// comparison reads an operator and a value.
func (p *parser) comparison() (c comparison, err error) {
	o, value := p.next(), p.next()
	c = comparison{operator: o.text, text: value.text, regex: value.regex}
	switch {
	case o.kind != operator || !strings.Contains(" = != < <= > >= ", " "+o.text+" "):
		return c, errMalformed
	case value.kind == word:
		c.number, c.numeric = number(value.text)
	case value.kind != quote && value.kind != expression:
		return c, errMalformed
	}
	null := value.kind == word && strings.EqualFold(value.text, "null")
	if null || o.text != "=" && o.text != "!=" && !c.numeric {
		return c, errMalformed
	}
	return c, nil
}

// number reads a decimal, which may have an exponent; not what else Go takes for a number.
func number(text string) (n float64, ok bool) {
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// json compares a value of JSON: texts with texts, and numbers as they are written with what
// is in quotes. No other value is equal to anything, or unequal. Source: recorded answers
// (LOGS0006).
func (c comparison) json(v any) bool {
	switch v := v.(type) {
	case string:
		return c.ofText(v)
	case json.Number:
		if !c.numeric {
			return c.ofText(v.String())
		}
		n, err := v.Float64()
		return err == nil && c.ofNumber(n)
	}
	return false
}

// field compares a field of a line, which is a number if it looks like one.
func (c comparison) field(text string) bool {
	if n, ok := number(text); ok && c.numeric {
		return c.ofNumber(n)
	}
	return c.ofText(text)
}

func (c comparison) ofText(text string) bool {
	equal := false
	if c.regex != nil {
		equal = c.regex.MatchString(text)
	} else {
		equal = like(text, c.text)
	}
	switch c.operator {
	case "=":
		return equal
	case "!=":
		return !equal
	}
	return false
}

func (c comparison) ofNumber(n float64) bool {
	switch c.operator {
	case "=":
		return n == c.number
	case "!=":
		return n != c.number
	case "<":
		return n < c.number
	case "<=":
		return n <= c.number
	case ">":
		return n > c.number
	}
	return n >= c.number
}

// like reports whether a text is one with * for any characters.
func like(text, pattern string) bool {
	first, rest, any := strings.Cut(pattern, "*")
	if !any {
		return text == pattern
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for {
		part, more, another := strings.Cut(rest, "*")
		if !another {
			return strings.HasSuffix(text, part)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text, rest = text[at+len(part):], more
	}
}
