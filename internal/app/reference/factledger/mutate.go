package factledger

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mutation is an answer in which a member is not as it was, each time that it is there.
type Mutation struct {
	Path string
	Kind string // dropped, changed or moved
	Body []byte
}

// Kinds of mutations.
const (
	dropped = "dropped" // the member is not there
	changed = "changed" // its text is another one
	moved   = "moved"   // its number is one more
)

// Mutations are all of an answer's, by path.
func Mutations(body []byte, s *Shape) []Mutation {
	byPath := map[string][]node{}
	for _, n := range nodes(body, s) {
		byPath[n.path] = append(byPath[n.path], n)
	}
	var all []Mutation
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		at := byPath[path]
		all = append(all, Mutation{path, dropped, edit(body, at, drop)})
		kinds := map[string]bool{}
		for _, n := range at {
			if _, kind := change(body, n); n.leaf && kind != "" {
				kinds[kind] = true
			}
		}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			all = append(all, Mutation{path, kind, edit(body, at, func(body []byte, n node) (int, int, string) {
				text, of := change(body, n)
				if of != kind {
					return n.from, n.to, string(body[n.from:n.to])
				}
				return n.from, n.to, text
			})})
		}
	}
	return all
}

// edit replaces parts of a body, from its end on.
func edit(body []byte, at []node, replace func(body []byte, n node) (from, to int, by string)) []byte {
	out := slices.Clone(body)
	last := len(body)
	for _, n := range slices.Backward(at) {
		from, to, by := replace(body, n)
		if to <= last {
			out, last = slices.Replace(out, from, to, []byte(by)...), from
		}
	}
	return out
}

// drop takes a member away, with the comma behind or before it.
func drop(body []byte, n node) (from, to int, by string) {
	if body[n.start] == '<' {
		return n.start, n.end, ""
	}
	if n.end < len(body) && body[n.end] == ',' {
		return n.start, n.end + 1, ""
	}
	if n.start > 0 && body[n.start-1] == ',' {
		return n.start - 1, n.end, ""
	}
	return n.start, n.end, ""
}

var stamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`)

// change is another value for a leaf, and what kind of a mutation it is; none where the value has no text and no number.
func change(body []byte, n node) (text, kind string) {
	value := string(body[n.from:n.to])
	inner, quoted := strings.CutPrefix(value, `"`)
	inner = strings.TrimSuffix(inner, `"`)
	xml := body[n.start] == '<'
	switch {
	case value == "true" || value == "True":
		return "false", changed
	case value == "false" || value == "False":
		return "true", changed
	case !quoted && !xml:
		return oneMore(value), moved
	case stamp.MatchString(inner):
		at, err := time.Parse(time.RFC3339, inner)
		if err != nil {
			return value, ""
		}
		later := at.Add(time.Second).Format("2006-01-02T15:04:05.999Z07:00")
		return strings.Replace(value, inner, later, 1), moved
	case xml && oneMore(value) != "":
		return oneMore(value), moved
	case quoted:
		return `"` + another(inner) + `"`, changed
	}
	return another(value), changed
}

// another is a text that differs in its last sign, and is as long.
func another(text string) string {
	switch {
	case text == "":
		return "x"
	case strings.HasSuffix(text, "x"):
		return text[:len(text)-1] + "y"
	case text[len(text)-1] < 0x80 && (len(text) < 2 || text[len(text)-2] != '\\'):
		return text[:len(text)-1] + "x"
	}
	return text + "x"
}

// oneMore is one more, empty for what is no number.
func oneMore(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(n+1, 10)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return ""
	}
	return strconv.FormatFloat(f+1, 'f', -1, 64)
}
