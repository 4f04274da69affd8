package factledger

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Candidate is a member of an answer that a fact may have looked at: it counts unless the fact holds as well where the
// member is missing or another one.
type Candidate struct {
	Fact, Service, Operation, Path string
}

func (c Candidate) String() string {
	return strings.Join([]string{c.Fact, c.Service, c.Operation, c.Path}, " ")
}

var identifier = regexp.MustCompile(`[A-Za-z_]\w*|'[^']*'|` + "`[^`]*`")

// Candidates are the candidates of a step's i-th exchange. A command of the AWS CLI reads what its --query names, and
// without one what its assertions have matched; on the wire it is all of the answer.
func (s *Step) Candidates(i int, answer *Shape) (all []Candidate) {
	x := s.Exchanges[i]
	if x.Status >= 400 {
		return nil
	}
	named := map[string]bool{}
	for _, name := range identifier.FindAllString(s.Query(), -1) {
		named[strings.ToLower(name)] = true
	}
	for _, fact := range s.facts() {
		paths := map[string]bool{}
		for _, n := range nodes(x.Answer, answer) {
			switch {
			case s.Wire:
				paths[n.path] = true
			case len(named) > 0:
				paths[n.path] = paths[n.path] || allNamed(n.path, named)
			default:
				paths[n.path] = paths[n.path] || n.leaf && s.matches(fact, printed(x.Answer, n))
			}
		}
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			if paths[path] {
				all = append(all, Candidate{fact, x.Service, x.Operation, path})
			}
		}
	}
	return all
}

func allNamed(path string, named map[string]bool) bool {
	for part := range strings.SplitSeq(path, ".") {
		if !named[strings.ToLower(strings.TrimRight(part, "[]{}"))] {
			return false
		}
	}
	return true
}

// matches says whether a fact has matched a text that the step has printed.
func (s *Step) matches(fact, text string) bool {
	for _, a := range s.OfFact(fact) {
		if a.Text != nil && strings.Contains(*a.Text, text) || strings.Contains(a.matched(s.Stdout), text) {
			return text != ""
		}
	}
	return false
}

// printed is a value as the AWS CLI prints it.
func printed(body []byte, n node) string {
	value := string(body[n.from:n.to])
	var text string
	switch {
	case value == "true" || value == "false":
		return strings.ToUpper(value[:1]) + value[1:]
	case json.Unmarshal([]byte(value), &text) == nil:
		return text
	}
	return value
}

// Survives says whether a fact holds although the answer is another one. The step shows answers as they are on the wire.
func (s *Step) Survives(fact string, m Mutation) bool {
	return hold(s.OfFact(fact), string(m.Body)+"\n", s.Stderr)
}

// lostOnWire are the candidates of a step that shows answers as they are, of which a fact does not see that they are another one.
func (s *Step) lostOnWire(i int, answer *Shape) map[Candidate]bool {
	lost := map[Candidate]bool{}
	x := s.Exchanges[i]
	mutations := Mutations(x.Answer, answer)
	for _, fact := range s.facts() {
		for _, m := range mutations {
			c := Candidate{fact, x.Service, x.Operation, m.Path}
			if !lost[c] && s.Survives(fact, m) {
				lost[c] = true
			}
		}
	}
	return lost
}
