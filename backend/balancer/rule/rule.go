// Package rule reads the rules of listeners, and chooses the one that a request takes.
package rule

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// Rule is one that has been read.
type Rule struct {
	conditions []condition
	Action     Action
	Transforms []Transform
}

// Action says what answers a request: exactly one member is set.
type Action struct {
	Forward  *Forward
	Redirect *balancer.Redirect
	Fixed    *balancer.FixedResponse
}

// New reads a listener's rules; group finds or makes what has an id.
func New(list []balancer.Rule, group func(id string) *target.Group) ([]Rule, error) {
	var rules []Rule
	for _, r := range list {
		var read Rule
		for _, c := range r.Conditions {
			condition, err := newCondition(c)
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", r.ID, err)
			}
			read.conditions = append(read.conditions, condition)
		}
		var err error
		if read.Action, err = newAction(r.Action, group); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		if read.Transforms, err = newTransforms(r.Transforms); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		rules = append(rules, read)
	}
	return rules, nil
}

// Choose returns the first rule that holds for a request, or nil.
func Choose(rules []Rule, a Request) *Rule {
	for i := range rules {
		if rules[i].holds(a) {
			return &rules[i]
		}
	}
	return nil
}

func (r *Rule) holds(a Request) bool {
	for _, c := range r.conditions {
		if !c(a) {
			return false
		}
	}
	return true
}
