package policy

import (
	"slices"
	"strings"
)

// KeySet has names of condition keys in lower case. A name that ends with a slash stands for all keys that begin with it, as
// aws:requesttag/, and one that begins with a colon for all keys of identity providers that end with it, as :sub. Those begin with
// a host, which has a dot: saml:sub is none.
type KeySet map[string]bool

// Has reports whether a key, in lower case, is one of the set.
func (s KeySet) Has(key string) bool {
	slash, colon := strings.IndexByte(key, '/'), strings.LastIndexByte(key, ':')
	return s[key] || slash >= 0 && s[key[:slash+1]] || colon >= 0 && strings.Contains(key[:colon], ".") && s[key[colon:]]
}

// Unsupplied are condition keys and variables of a statement that no request for its actions has.
type Unsupplied struct {
	Statement string   // its Sid, or else its number from 1
	Keys      []string // in order of operators and keys, each once; variables are in lower case
}

// Unsupplied returns what no request supplies, for each statement that has some. supplied tells all keys that requests for
// the actions of a pattern have, such as ecs:run* or *, in lower case; known is false if it knows none of these actions.
//
// Nothing is said of a statement none of whose actions is known, and nothing of the keys of a service that the statement has
// unknown actions of: s3:prefix beside s3:ListBucket. A statement with NotAction is asked for *.
func (p *Policy) Unsupplied(supplied func(actionPattern string) (keys KeySet, known bool)) []Unsupplied {
	var all []Unsupplied
	for _, s := range p.statements {
		keys := s.keys()
		if len(keys) == 0 {
			continue
		}
		sets, elsewhere := s.supplied(supplied)
		keys = slices.DeleteFunc(keys, func(key string) bool {
			key = strings.ToLower(key)
			service, _, _ := strings.Cut(key, ":")
			return slices.Contains(elsewhere, service) || slices.ContainsFunc(sets, func(set KeySet) bool { return set.Has(key) })
		})
		if len(sets) > 0 && len(keys) > 0 {
			all = append(all, Unsupplied{s.label, keys})
		}
	}
	return all
}

// supplied returns the keys of the known actions, and the services of the others.
func (s *statement) supplied(of func(string) (KeySet, bool)) (sets []KeySet, elsewhere []string) {
	patterns := s.written.Actions
	if s.written.NotAction || len(patterns) == 0 { // without actions it denies all
		patterns = []string{"*"}
	}
	for _, pattern := range patterns {
		pattern = strings.ToLower(pattern)
		if set, known := of(pattern); known {
			sets = append(sets, set)
			continue
		}
		service, _, _ := strings.Cut(pattern, ":")
		elsewhere = append(elsewhere, service)
	}
	return sets, elsewhere
}

// keys returns the keys of the conditions as they are written, and the variables.
func (s *statement) keys() (keys []string) {
	add := func(key string) {
		if key != "" && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) }) {
			keys = append(keys, key)
		}
	}
	ofVariables := func(p *pattern) {
		for i := range p.parts {
			add(p.parts[i].variable)
		}
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		add(c.written.Key)
		for j := range c.operand {
			ofVariables(&c.operand[j].text)
		}
	}
	for i := range s.resources {
		ofVariables(&s.resources[i])
	}
	return keys
}

// SuppliedBy is what Unsupplied asks, by a table of the keys of actions such as ecs:runtask, in lower case.
func SuppliedBy(table map[string]KeySet) func(actionPattern string) (keys KeySet, known bool) {
	return func(actionPattern string) (KeySet, bool) {
		all, known := KeySet{}, false
		wanted := plainPattern(strings.ToLower(actionPattern), true)
		for action, keys := range table {
			if wanted.matches(action, nil, nil) != yes {
				continue
			}
			known = true
			for key := range keys {
				all[key] = true
			}
		}
		return all, known
	}
}
