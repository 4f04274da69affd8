package dataplane

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// rule is one that has been read.
type rule struct {
	conditions []condition
	action     action
	transforms []transform
}

// action says what answers a request: exactly one member is set.
type action struct {
	forward  *forward
	redirect *balancer.Redirect
	fixed    *balancer.FixedResponse
}

// newRules reads a listener's rules; group finds or makes what has an id.
func newRules(list []balancer.Rule, group func(id string) *target.Group) ([]rule, error) {
	var rules []rule
	for _, r := range list {
		var read rule
		for _, c := range r.Conditions {
			condition, err := newCondition(c)
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", r.ID, err)
			}
			read.conditions = append(read.conditions, condition)
		}
		var err error
		if read.action, err = newAction(r.Action, group); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		if read.transforms, err = newTransforms(r.Transforms); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		rules = append(rules, read)
	}
	return rules, nil
}

// decide returns the first rule that holds for a request, or nil.
func decide(rules []rule, a asked) *rule {
	for i := range rules {
		if rules[i].holds(a) {
			return &rules[i]
		}
	}
	return nil
}

func (r *rule) holds(a asked) bool {
	for _, c := range r.conditions {
		if !c(a) {
			return false
		}
	}
	return true
}
