package policy

import "strings"

// ContextKeys are the keys that conditions and variables of a document ask for, as they are written, each once: variables
// of resources and of values of conditions, in a document of 2012-10-17, and not variables of actions and principals. Documents
// that cannot be evaluated for want of elements have keys as well; ErrSyntax is of those that break the grammar.
// Source: recorded answers of GetContextKeysForCustomPolicy.
func ContextKeys(text string) (keys []string, err error) {
	d, ok := readAny(text)
	if !ok {
		return nil, ErrSyntax
	}
	seen := map[string]bool{}
	add := func(key string) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	variables := func(texts []string) {
		if d.Version != "2012-10-17" {
			return
		}
		for _, text := range texts {
			eachVariable(text, add)
		}
	}
	for i := range d.Statements {
		variables(d.Statements[i].Resources)
		for _, c := range d.Statements[i].Conditions {
			add(c.Key)
			variables(c.Values)
		}
	}
	return keys, nil
}

// eachVariable tells the names of variables, among them *, ? and $, which stand for themselves.
func eachVariable(text string, tell func(name string)) {
	for {
		_, rest, found := strings.Cut(text, "${")
		inside, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return
		}
		name, _, _ := strings.Cut(inside, ",")
		tell(strings.TrimSpace(name))
		text = after
	}
}
