package instruments

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// explanation tells how it came to the decision of a number.
func explanation(n int, d *decision.ExplainedReport) g.Node {
	pairs := []page.Pair{
		{Name: "Principal", Value: page.Code(d.Principal)},
		{Name: "Action", Value: page.Code(d.Action)},
		{Name: "Resource", Value: page.Code(d.Resource)},
		{Name: "Decision", Value: page.Badge(toneOf(d.Decision.Decision), d.Decision.Decision)},
		{Name: "Reason", Value: page.Or(d.Reason)},
		{Name: "Decided by", Value: page.Or(strings.Trim(cmp.Or(d.Layer, "no layer")+" "+statement(d.Policy, d.Statement), " "))},
		{Name: "When", Value: page.Time(d.Time)},
	}
	var layers, conditions []page.Row
	for i, l := range d.Layers {
		found := "neither allows nor denies"
		switch {
		case l.Denies:
			found = "denies"
		case l.Allows:
			found = "allows"
		}
		lacks := l.Lacks
		if l.Missing != "" {
			lacks = "the document of " + l.Missing + ", which the emulator does not have"
		}
		layers = append(layers, page.Row{ID: fmt.Sprintf("decision-%d-layer-%d", n, i), Cells: []g.Node{
			page.Text(l.Layer), page.Text(found), page.Or(statement(l.Policy, l.Statement)), page.Or(lacks),
		}})
		for j, c := range l.Conditions {
			conditions = append(conditions, page.Row{ID: fmt.Sprintf("decision-%d-condition-%d-%d", n, i, j), Cells: []g.Node{
				page.Text(l.Layer), page.Code(c.Operator), page.Code(c.Key), page.Text(strings.Join(c.Wants, ", ")), has(c), page.Text(holds(c.Holds)),
			}})
		}
	}
	return g.Group{
		page.Pairs(pairs...),
		page.Table("What each layer of policies found", []string{"Layer", "It", "Statement", "What the statement lacks"}, layers),
		page.Table("Conditions that were looked at", []string{"Layer", "Operator", "Key", "Policy wants", "Request has", "Holds"}, conditions),
		keys(n, d.Keys),
	}
}

func toneOf(d string) page.Tone {
	if d == decision.Denied {
		return page.Bad
	}
	return page.Good
}

// statement names a statement of a policy.
func statement(policy, sid string) string {
	if sid == "" {
		return policy
	}
	return strings.Trim(policy+" statement "+sid, " ")
}

func has(c decision.ConditionReport) g.Node {
	switch {
	case c.Never:
		return page.Text("the emulator supplies the key for no request of the action")
	case c.Has == nil:
		return page.Text("not the key")
	}
	return page.Text(strings.Join(c.Has, ", "))
}

func holds(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// keys are those that policies asked for.
func keys(n int, all map[string][]string) g.Node {
	var rows []page.Row
	for i, name := range slices.Sorted(maps.Keys(all)) {
		value := page.Text("the request does not have it")
		if all[name] != nil {
			value = page.Text(strings.Join(all[name], ", "))
		}
		rows = append(rows, page.Row{ID: fmt.Sprintf("decision-%d-key-%d", n, i), Cells: []g.Node{page.Code(name), value}})
	}
	return page.Table("Condition keys that policies asked for", []string{"Key", "Value"}, rows)
}
