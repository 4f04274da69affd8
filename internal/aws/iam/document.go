package iam

import (
	"encoding/json"
	"slices"
	"strings"
)

// document is a policy document by its grammar. Source: IAM user guide, grammar of the
// JSON policy language.
type document struct {
	version    string
	statements []statement
}

type statement struct {
	sid, effect  string
	hasPrincipal bool
	principals   map[string][]string // by their kind: AWS, Service, Federated
	everybody    bool                // Principal is *, which principals has as AWS
	actions      []string            // NotAction's too
	notAction    bool
	hasResource  bool
	resources    []string // NotResource's too
	conditions   []condition
}

// parseNew reads a document that is to be stored; ok is false when it breaks the grammar.
func parseNew(text string) (d document, ok bool) {
	d, ok = parse(text)
	for _, s := range d.statements {
		for _, c := range s.conditions {
			ok = ok && c.fits()
		}
	}
	return d, ok
}

// parse reads a document, except for what condition.fits looks at; ok is false when it breaks the grammar.
func parse(text string) (d document, ok bool) {
	var root map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &root) != nil || !only(root, "Version", "Id", "Statement") {
		return d, false
	}
	var id string
	if !member(root, "Version", &d.version) || !member(root, "Id", &id) {
		return d, false
	}
	if root["Version"] != nil && d.version != "2012-10-17" && d.version != "2008-10-17" {
		return d, false
	}
	var list []map[string]json.RawMessage
	if json.Unmarshal(root["Statement"], &list) != nil {
		list = make([]map[string]json.RawMessage, 1)
		if json.Unmarshal(root["Statement"], &list[0]) != nil {
			return d, false
		}
	}
	for _, members := range list {
		s, ok := parseStatement(members)
		if !ok {
			return d, false
		}
		d.statements = append(d.statements, s)
	}
	return d, len(list) > 0
}

func parseStatement(m map[string]json.RawMessage) (s statement, ok bool) {
	if m == nil || !only(m, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition") {
		return s, false
	}
	either := func(name string) (text json.RawMessage, negated, ok bool) {
		if m["Not"+name] != nil {
			return m["Not"+name], true, m[name] == nil
		}
		return m[name], false, true
	}
	action, negated, ok := either("Action")
	resource, _, fine := either("Resource")
	if !ok || !fine || !member(m, "Sid", &s.sid) || !member(m, "Effect", &s.effect) {
		return s, false
	}
	s.notAction, s.hasResource = negated, resource != nil
	s.hasPrincipal = m["Principal"] != nil || m["NotPrincipal"] != nil
	s.principals, s.everybody = principalsOf(m["Principal"]), string(m["Principal"]) == `"*"`
	if s.actions, ok = texts(action); !ok {
		return s, false
	}
	if s.resources, ok = texts(resource); !ok {
		return s, false
	}
	if s.conditions, ok = parseConditions(m["Condition"]); !ok {
		return s, false
	}
	return s, strings.EqualFold(s.effect, "Allow") || strings.EqualFold(s.effect, "Deny")
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

// texts reads a string, or a list of them; absent is none.
func texts(text json.RawMessage) (list []string, ok bool) {
	if text == nil {
		return nil, true
	}
	var one string
	if json.Unmarshal(text, &one) == nil && string(text) != "null" {
		return []string{one}, true
	}
	return list, string(text) != "null" && json.Unmarshal(text, &list) == nil
}

// principalsOf reads a Principal: lists by kind, or * for everybody.
func principalsOf(principal json.RawMessage) map[string][]string {
	var kinds map[string]json.RawMessage
	if string(principal) == `"*"` {
		return map[string][]string{"AWS": {"*"}}
	}
	if json.Unmarshal(principal, &kinds) != nil {
		return nil
	}
	found := map[string][]string{}
	for kind, names := range kinds {
		found[kind], _ = texts(names)
	}
	return found
}
