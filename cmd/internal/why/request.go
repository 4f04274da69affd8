package why

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// requestLines explain the decisions about a request.
func requestLines(report *decision.RequestReport) (lines []string) {
	for i := range report.Decisions {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, decisionLines(&report.Decisions[i])...)
	}
	return lines
}

// decisionLines explain a decision.
func decisionLines(d *decision.ExplainedReport) []string {
	lines := []string{
		outcome(d), "  who       " + d.Principal, "  action    " + d.Action, "  resource  " + d.Resource,
		"  request   " + d.RequestID + " in " + d.Region + " of account " + d.Account + " at " + d.Time.Format(time.RFC3339),
	}
	for n, key := range slices.Sorted(maps.Keys(d.Keys)) {
		label := "            "
		if n == 0 {
			label = "  keys      "
		}
		lines = append(lines, label+key+" = "+valuesOf(d.Keys[key]))
	}
	if len(d.Layers) == 0 && d.Layer == "" {
		return append(lines, "  policies  none: the root user may do all that no resource forbids")
	}
	for i := range d.Layers {
		l := &d.Layers[i]
		lines = append(lines, fmt.Sprintf("  %-9s %s", l.Layer, finding(l)))
		for _, c := range l.Conditions {
			lines = append(lines, "            "+condition(c))
		}
	}
	return lines
}

func outcome(d *decision.ExplainedReport) string {
	switch {
	case d.Decision.Decision == decision.Allowed:
		return "Allowed."
	case d.Enforced:
		return strings.TrimSpace("Denied "+d.Reason) + "."
	}
	return "Would be denied with --iam=enforce" + strings.TrimRight(" "+d.Reason, " ") + "."
}

// finding says what a layer found.
func finding(l *decision.LayerReport) string {
	statement := "statement " + l.Statement + " of " + l.Policy
	text := ""
	switch {
	case l.Denies && l.Statement == "":
		text = "denies: " + l.Policy + " cannot be evaluated"
	case l.Denies:
		text = "denies: " + statement
	case l.Allows:
		text = "allows: " + statement
	case l.Statement != "":
		text = "does not allow: nearest is " + statement + ", which " + lacks[l.Lacks]
	case l.Layer == "resource":
		text = "does not allow: there is no policy, or none of its statements allows anything"
	default:
		text = "does not allow: no statement allows anything"
	}
	if l.Missing != "" {
		text += "; the emulator does not have the document of " + l.Missing + ", which therefore allows nothing"
	}
	return text
}

var lacks = map[string]string{
	"form":      "lacks an element that such policies need, or has one that they may not have",
	"action":    "has other actions",
	"resource":  "has other resources",
	"principal": "has other principals",
	"condition": "has a condition that does not hold",
	"":          "applies",
}

func condition(c decision.ConditionReport) string {
	is := "holds"
	if !c.Holds {
		is = "does not hold"
	}
	text := fmt.Sprintf("%s %s %s: the request has %s, which %s", c.Operator, c.Key, valuesOf(c.Wants), valuesOf(c.Has), is)
	if c.Never {
		text += "; the emulator never supplies this key for the action"
	}
	return text
}

// valuesOf writes the values of a key.
func valuesOf(values []string) string {
	switch len(values) {
	case 0:
		return "none"
	case 1:
		return fmt.Sprintf("%q", values[0])
	}
	return fmt.Sprintf("%q", values)
}
