package policy

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Document is a policy document by its grammar. Source: IAM user guide, grammar of the JSON policy language.
type Document struct {
	Version    string // empty without one, which means 2008-10-17
	Statements []Statement
}

// Statement is a statement as it is written.
type Statement struct {
	SID, Effect string // Effect may be in any case: services refuse what they do not take

	HasPrincipal bool
	NotPrincipal bool
	Everybody    bool                // the principal is *, without a kind
	Principals   map[string][]string // by their kind: AWS, Service, Federated; * without a kind is AWS's

	Actions   []string
	NotAction bool

	HasResource bool
	Resources   []string
	NotResource bool

	Conditions []Condition // in the order of their operators and keys

	unreadable bool
}

// Condition compares a key of the request with values.
type Condition struct {
	Operator, Key string
	Values        []string
}

// ErrSyntax is of a text that breaks the grammar.
var ErrSyntax = errors.New("the policy document breaks the grammar of policies")

// Read reads a document. A member that is there twice counts as it is the last time (a choice: what AWS does is not known).
func Read(text string) (Document, error) {
	d, ok := read(text)
	if !ok {
		return d, ErrSyntax
	}
	return d, nil
}

// read has all statements, also those that break the grammar; ok is false if there are any, or the document does.
func read(text string) (d Document, ok bool) {
	d, ok = readAny(text)
	return d, ok && len(d.Statements) > 0
}

// readAny does what read does, and takes a document without statements.
func readAny(text string) (d Document, ok bool) {
	var root map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &root) != nil || root == nil || !only(root, "Version", "Id", "Statement") {
		return d, false
	}
	var id string
	if !member(root, "Version", &d.Version) || !member(root, "Id", &id) {
		return d, false
	}
	if root["Version"] != nil && d.Version != "2012-10-17" && d.Version != "2008-10-17" {
		return d, false
	}
	if root["Statement"] == nil {
		return d, true
	}
	ok = true
	for _, text := range valuesOf(root["Statement"]) {
		s, fine := readStatement(text)
		s.unreadable = !fine
		ok = ok && fine
		d.Statements = append(d.Statements, s)
	}
	return d, ok
}

func readStatement(text json.RawMessage) (s Statement, ok bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal(text, &m) != nil || m == nil ||
		!only(m, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition") {
		return s, false
	}
	either := func(name string) (text json.RawMessage, negated bool) {
		if m["Not"+name] != nil {
			ok = ok && m[name] == nil
			return m["Not"+name], true
		}
		return m[name], false
	}
	ok = member(m, "Sid", &s.SID) && member(m, "Effect", &s.Effect)
	list := func(name string) (texts []string, given, negated bool) {
		text, negated := either(name)
		texts, fine := readTexts(text)
		ok = ok && fine
		return texts, text != nil, negated
	}
	s.Actions, _, s.NotAction = list("Action")
	s.Resources, s.HasResource, s.NotResource = list("Resource")
	principal, negated := either("Principal")
	s.HasPrincipal, s.NotPrincipal = principal != nil, negated
	ok = ok && (principal == nil || s.readPrincipals(principal))
	if conditions, fine := readConditions(m["Condition"]); fine {
		s.Conditions = conditions
	} else {
		ok = false
	}
	return s, ok && (strings.EqualFold(s.Effect, "Allow") || strings.EqualFold(s.Effect, "Deny"))
}

// only reports whether an object has no other members.
func only(m map[string]json.RawMessage, names ...string) bool {
	for name := range m {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// member reads a member that may be absent.
func member(m map[string]json.RawMessage, name string, into *string) bool {
	return m[name] == nil || string(m[name]) != "null" && json.Unmarshal(m[name], into) == nil
}

// valuesOf are the elements of a list, or the value that stands alone.
func valuesOf(text json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if text[0] != '[' || json.Unmarshal(text, &list) != nil {
		return []json.RawMessage{text}
	}
	return list
}

// readTexts reads a string, or a list of them; absent is none.
func readTexts(text json.RawMessage) (list []string, ok bool) {
	if text == nil {
		return nil, true
	}
	for _, v := range valuesOf(text) {
		var s string
		if v[0] != '"' || json.Unmarshal(v, &s) != nil {
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}

// readPrincipals reads lists by kind, or * for all. There must be one principal at least.
func (s *Statement) readPrincipals(text json.RawMessage) bool {
	if text[0] == '"' {
		s.Everybody, s.Principals = true, map[string][]string{"AWS": {"*"}}
		return string(text) == `"*"`
	}
	var kinds map[string]json.RawMessage
	if json.Unmarshal(text, &kinds) != nil || !only(kinds, "AWS", "Service", "Federated", "CanonicalUser") {
		return false
	}
	s.Principals = map[string][]string{}
	some := false
	for kind, names := range kinds {
		list, ok := readTexts(names)
		if !ok {
			return false
		}
		s.Principals[kind], some = list, some || len(list) > 0
	}
	return some
}

func readConditions(text json.RawMessage) (list []Condition, ok bool) {
	if text == nil {
		return nil, true
	}
	var operators map[string]map[string]json.RawMessage
	if json.Unmarshal(text, &operators) != nil || operators == nil {
		return nil, false
	}
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		keys := operators[operator]
		if _, known := operatorOf(operator); keys == nil || len(keys) > 0 && !known {
			return nil, false
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			values, ok := readScalars(keys[key])
			if !ok {
				return nil, false
			}
			list = append(list, Condition{operator, key, values})
		}
	}
	return list, true
}

// readScalars reads what a condition compares with: strings, numbers and booleans.
func readScalars(text json.RawMessage) (list []string, ok bool) {
	for _, v := range valuesOf(text) {
		var s string
		switch {
		case v[0] == '{' || v[0] == '[' || v[0] == 'n':
			return nil, false
		case json.Unmarshal(v, &s) != nil:
			s = string(v)
		}
		list = append(list, s)
	}
	return list, true
}
