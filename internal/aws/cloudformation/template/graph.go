package template

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// graph has for each name those that it needs.
type graph map[string]map[string]bool

func (g graph) add(name string, needs ...string) {
	if g[name] == nil {
		g[name] = map[string]bool{}
	}
	for _, each := range needs {
		g[name][each] = true
	}
}

// cycle returns what is on a cycle or between two, sorted; nil if there is none.
func (g graph) cycle() []string {
	left := g.ends().reverse().ends()
	if len(left) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(left))
}

// ends leaves out what needs nothing, and then what needs only such.
func (g graph) ends() graph {
	users, open := g.reverse(), map[string]int{}
	var ready []string
	for name, needs := range g {
		if open[name] = len(needs); len(needs) == 0 {
			ready = append(ready, name)
		}
	}
	for len(ready) > 0 {
		name := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		delete(open, name)
		for user := range users[name] {
			if open[user]--; open[user] == 0 {
				ready = append(ready, user)
			}
		}
	}
	left := graph{}
	for name := range open {
		left.add(name)
		for needed := range g[name] {
			if _, there := open[needed]; there {
				left.add(name, needed)
			}
		}
	}
	return left
}

func (g graph) reverse() graph {
	made := graph{}
	for name, needs := range g {
		made.add(name)
		for needed := range needs {
			made.add(needed, name)
		}
	}
	return made
}

// circular is the error for resources that need each other (CFN-88), at the first of them.
func circular(g graph, places map[string]document.Position) error {
	if on := g.cycle(); on != nil {
		return document.Plainf(places[on[0]], "Circular dependency between resources: [%s]", strings.Join(on, ", "))
	}
	return nil
}

// checkConditionCycles finds conditions that need each other. The text is a guess.
func checkConditionCycles(conditions []document.Member) error {
	g := graph{}
	for _, m := range conditions {
		g.add(m.Name)
		for call := range m.Value.Calls {
			if call.Text == "Condition" || call.Text == "Fn::If" {
				g.add(m.Name, call.Items[0].Text)
			}
		}
	}
	if on := g.cycle(); on != nil {
		return document.Formatf(conditions[0].At, "Circular dependency between conditions: [%s]", strings.Join(on, ", "))
	}
	return nil
}
