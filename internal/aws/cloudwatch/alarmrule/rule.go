// Package alarmrule reads the rules of composite alarms and tells whether they hold:
//
//	ALARM("cpu") AND NOT (OK(deploying) OR AT_LEAST(50%, ALARM, (zone-a, zone-b)))
//
// It is pure, and knows alarms by the names and ARNs that a rule has.
package alarmrule

import "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"

// Rule is the rule of a composite alarm.
type Rule struct {
	root  node
	names []string
}

// Names are the names and ARNs of alarms in a rule, each once.
func (r *Rule) Names() []string { return r.names }

// Holds tells whether a rule holds, and by the states of which alarms: those that are as the outcome wants them
// (source: recorded answers of rules with one operand, OR and AT_LEAST). A name may come more than once.
func (r *Rule) Holds(state func(name string) types.StateValue) (holds bool, because []string) {
	return r.root.holds(state)
}

// node is a part of a rule.
type node interface {
	holds(state func(name string) types.StateValue) (holds bool, because []string)
}

// constant is TRUE or FALSE.
type constant bool

func (c constant) holds(func(string) types.StateValue) (bool, []string) { return bool(c), nil }

type negation struct{ of node }

func (n *negation) holds(state func(string) types.StateValue) (bool, []string) {
	holds, because := n.of.holds(state)
	return !holds, because
}

// junction is AND where all are to hold, and OR where one is.
type junction struct {
	all bool
	of  []node
}

func (j *junction) holds(state func(string) types.StateValue) (bool, []string) {
	outcome := j.all
	var by [2][]string // of those that do not hold, and of those that do
	for _, n := range j.of {
		holds, because := n.holds(state)
		if holds != j.all {
			outcome = holds
		}
		side := 0
		if holds {
			side = 1
		}
		by[side] = append(by[side], because...)
	}
	if outcome {
		return true, by[1]
	}
	return false, by[0]
}

// atLeast holds where some of its alarms have a state, or do not have it. A state by itself is 1 of one alarm.
type atLeast struct {
	not   bool
	state types.StateValue
	least int
	names []string // one may come twice and counts as often (source: recorded answers)
}

// set checks the threshold: a number of alarms, or a percentage that they must come to, rounded up (source: recorded
// answers).
func (n *atLeast) set(threshold int, percent bool) error {
	switch {
	case percent && (threshold < 1 || threshold > 100):
		return wrong("AT_LEAST percentage threshold must be between 1 and 100")
	case percent:
		n.least = (threshold*len(n.names) + 99) / 100
	case threshold < 1 || threshold > len(n.names):
		return wrong("AT_LEAST absolute threshold must be between 1 and number of alarms (%d)", len(n.names))
	default:
		n.least = threshold
	}
	return nil
}

func (n *atLeast) holds(state func(string) types.StateValue) (bool, []string) {
	var as, others []string
	for _, name := range n.names {
		if (state(name) == n.state) != n.not {
			as = append(as, name)
		} else {
			others = append(others, name)
		}
	}
	if len(as) >= n.least {
		return true, as
	}
	return false, others
}
