package pattern

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Selector names a value of a message: $.path of one that is JSON, without wildcards, or $field of one that a
// space-delimited pattern has taken apart.
type Selector struct {
	field string // with the $; empty: it is a path
	steps []step
}

// ParseSelector reads a selector; ok is false for a text that is none. Source: recorded answers (LOGS0008).
func ParseSelector(text string) (s Selector, ok bool) {
	if rest, is := strings.CutPrefix(text, "$"); is && rest != "" && strings.IndexFunc(rest, func(r rune) bool { return !plain(r) }) < 0 {
		return Selector{field: text}, true
	}
	if !strings.HasPrefix(text, "$.") && !strings.HasPrefix(text, "$[") {
		return s, false
	}
	l := lexer{text: text}
	steps, err := l.path()
	if err != nil || l.at < len(text) || len(steps) == 0 {
		return s, false
	}
	return Selector{steps: steps}, !slices.ContainsFunc(steps, func(each step) bool { return each.any })
}

// Values are the values of a message, of which selectors take one.
type Values struct {
	// Fields are those of a space-delimited pattern, by $name; those that its dots stand for by $number, from 1 on.
	// Source: recorded answers (LOGS0007).
	Fields map[string]string
	json   any
}

// Extract returns the values of a message that a pattern has matched. Terms have none.
func Extract(p Pattern, message string) (v Values) {
	switch p := p.(type) {
	case object:
		v.json, _ = decode(message)
	case line:
		v.Fields = p.extract(message)
	}
	return v
}

// Get returns a value as text; ok is false where there is none, or where it is neither text nor a number nor a truth.
func (v Values) Get(s Selector) (text string, ok bool) {
	if s.field != "" {
		text, ok = v.Fields[s.field]
		return text, ok
	}
	values(v.json, s.steps, func(found any) bool {
		switch found := found.(type) {
		case string:
			text, ok = found, true
		case json.Number:
			text, ok = found.String(), true
		case bool:
			text, ok = strconv.FormatBool(found), true
		}
		return true
	})
	return text, ok
}

// extract names the fields of a message that matches.
func (l line) extract(message string) map[string]string {
	found := split(message)
	fields := map[string]string{}
	for i, f := range l.before {
		fields["$"+f.name] = l.text(message, found, i)
	}
	if !l.dots {
		return fields
	}
	behind := len(found) - len(l.after)
	for i := len(l.before); i < behind; i++ {
		fields["$"+strconv.Itoa(i+1)] = found[i].text
	}
	for i, f := range l.after {
		fields["$"+f.name] = found[behind+i].text
	}
	return fields
}
