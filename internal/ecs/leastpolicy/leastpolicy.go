// Package leastpolicy writes the smallest policy that allows what a principal was seen to do.
package leastpolicy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Least is the smallest policy for some decisions.
type Least struct {
	Document Document `json:"document"`
	// Notes are sentences about what the document has in place of what was seen, and what it cannot give.
	Notes []string `json:"notes"`
}

// Document is a policy document. Without statements it is none: policies need one at least.
type Document struct {
	Version   string
	Statement []Statement
}

type Statement struct {
	Effect    string
	Action    texts
	Resource  texts
	Condition map[string]map[string]texts `json:",omitempty"`
}

// texts are a string if there is one, and else a list.
type texts []string

// MarshalJSON implements [json.Marshaler].
func (t texts) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (t *texts) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(t))
	}
	*t = []string{""}
	return json.Unmarshal(text, &(*t)[0])
}

// longest is how many characters a managed policy may have without white space (AC82).
const longest = 6144

// Of writes the smallest policy that allows what decisions were about. Actions and resources are those that were seen; a
// wildcard stands for what ECS or the principal makes, and will make otherwise next time. What is allowed by the policy of a
// resource needs no other one.
func Of(list []decision.Decision) Least {
	n := needs{resources: map[grant]map[string]bool{}, general: map[string]map[string]bool{}, made: madeBy(list)}
	for i := range list {
		n.add(&list[i])
	}
	l := Least{Document: Document{Version: "2012-10-17", Statement: n.statements()}, Notes: n.notes()}
	if text, err := json.Marshal(l.Document); err == nil && len(text) > longest {
		l.Notes = append(l.Notes, fmt.Sprintf("the policy has %d characters without white space, and a managed policy may have %d", len(text), longest))
	}
	return l
}

// grant is an action, and of iam:PassRole the services to which roles are passed.
type grant struct{ action, passedTo string }

// needs are what a principal needs.
type needs struct {
	resources map[grant]map[string]bool  // patterns of resources
	general   map[string]map[string]bool // what a pattern stands for
	apart     map[string]bool            // sentences about what a policy of the principal cannot give
	made      madeIDs
}

func (n *needs) add(d *decision.Decision) {
	ofResource := d.Layer == "resource" || d.Layer == "trust"
	allowed := d.Decision == decision.Allowed
	switch {
	case allowed && ofResource && strings.HasSuffix(d.Principal, ":root"): // which stands for its account there, and users need a policy (AC30)
		n.note("%s on %s is allowed by the policy of the resource to the account: users and roles that it does not name need it", d.Action, d.Resource)
	case allowed && ofResource:
		n.note("%s on %s is allowed by the policy of the resource, and left out", d.Action, d.Resource)
		return
	case d.Layer == "trust":
		n.note("%s on %s is denied by the trust policy of the role, and left out", d.Action, d.Resource)
		return
	case !allowed && (d.Layer != "identity" || strings.HasPrefix(d.Reason, "with an explicit deny")):
		n.note("%s on %s stays denied by a policy that this one does not change: %s", d.Action, d.Resource, d.Reason)
	}
	g, pattern := grant{d.Action, d.PassedTo}, n.made.generalized(generalized(d.Resource))
	if n.resources[g] == nil {
		n.resources[g] = map[string]bool{}
	}
	n.resources[g][escaped(pattern)] = true
	if pattern != d.Resource {
		if n.general[pattern] == nil {
			n.general[pattern] = map[string]bool{}
		}
		n.general[pattern][d.Resource] = true
	}
}

func (n *needs) note(format string, about ...any) {
	if n.apart == nil {
		n.apart = map[string]bool{}
	}
	n.apart[fmt.Sprintf(format, about...)] = true
}

func (n *needs) notes() []string {
	notes := []string{}
	for _, pattern := range slices.Sorted(maps.Keys(n.general)) {
		seen := slices.Sorted(maps.Keys(n.general[pattern]))
		more := ""
		if len(seen) > 1 {
			more = fmt.Sprintf(" and %d more", len(seen)-1)
		}
		notes = append(notes, fmt.Sprintf("%s stands for %s%s", pattern, seen[0], more))
	}
	return append(notes, slices.Sorted(maps.Keys(n.apart))...)
}

// statements has one for all actions that have the same resources. Services to which the same roles are passed share one, too.
func (n *needs) statements() []Statement {
	type key struct{ resources, passedTo string }
	passed := map[key]map[string]bool{} // the services, by the action and its resources
	for g, patterns := range n.resources {
		at := key{resources: g.action + "\n" + strings.Join(uncovered(patterns), "\n")}
		if passed[at] == nil {
			passed[at] = map[string]bool{}
		}
		passed[at][g.passedTo] = true
	}
	actions := map[key][]string{} // by resources and services
	for at, services := range passed {
		action, resources, _ := strings.Cut(at.resources, "\n")
		with := key{resources, strings.Join(slices.Sorted(maps.Keys(services)), "\n")}
		if services[""] { // for any service
			with.passedTo = ""
		}
		actions[with] = append(actions[with], action)
	}
	list := []Statement{}
	for of, names := range actions {
		slices.Sort(names)
		s := Statement{Effect: "Allow", Action: names, Resource: strings.Split(of.resources, "\n")}
		if of.passedTo != "" {
			s.Condition = map[string]map[string]texts{"StringEquals": {"iam:PassedToService": strings.Split(of.passedTo, "\n")}}
		}
		list = append(list, s)
	}
	sorting.By(list, compare)
	return list
}

func compare(a, b Statement) int {
	if c := slices.Compare(a.Action, b.Action); c != 0 {
		return c
	}
	return slices.Compare(a.Resource, b.Resource)
}

// uncovered are those patterns, sorted, that no other one has among what it matches: one with a * at its end.
func uncovered(patterns map[string]bool) []string {
	all := slices.Sorted(maps.Keys(patterns))
	return slices.DeleteFunc(slices.Clone(all), func(p string) bool {
		return slices.ContainsFunc(all, func(other string) bool {
			start, wild := strings.CutSuffix(other, "*")
			return wild && other != p && strings.HasPrefix(p, start) && !strings.ContainsAny(start, "*?$")
		})
	})
}
