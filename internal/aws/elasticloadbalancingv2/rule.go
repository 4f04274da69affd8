package elasticloadbalancingv2

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var rules = store.NewTable("elbv2-rule", func(r *Rule) string { return r.ARN })

// Rule says what a listener does with requests that meet its conditions. Handlers write it.
type Rule struct {
	ARN                    string
	Listener, LoadBalancer string // their ARNs
	Priority               int32  // unique among a listener's; 0 is the default rule's
	Conditions             []types.RuleCondition
	Actions                []types.Action
	Transforms             []types.RuleTransform
	Tags                   Tags
}

// Default reports whether it is what a listener does with all other requests.
func (r *Rule) Default() bool { return r.Priority == 0 }

// NewRuleARN makes the ARN of a rule of a listener.
func NewRuleARN(listener string) string { return rulesOf(listener) + newID() }

// rulesOf is what the ARNs of a listener's rules start with.
func rulesOf(listener string) string {
	return strings.Replace(listener, ":listener/", ":listener-rule/", 1) + "/"
}

// listenerOf is the ARN of the listener of a rule.
func listenerOf(rule string) string {
	listener := strings.Replace(rule, ":listener-rule/", ":listener/", 1)
	return listener[:max(0, strings.LastIndexByte(listener, '/'))]
}

// FindRule returns a rule by its ARN, which may be the default one of a listener, or nil.
func FindRule(tx *store.Tx, arn string) *Rule {
	if r := rules.Get(tx, arn); r != nil {
		return r
	}
	if l := FindListener(tx, listenerOf(arn)); l != nil && l.DefaultRule == arn {
		return l.defaultRule()
	}
	return nil
}

// defaultRule is made of its listener, which has all of it.
func (l *Listener) defaultRule() *Rule {
	return &Rule{ARN: l.DefaultRule, Listener: l.ARN, LoadBalancer: l.LoadBalancer, Actions: l.Actions, Tags: l.DefaultRuleTags}
}

// ListenerRules returns those of a listener in the order in which they are looked at: the
// default rule is the last one.
func ListenerRules(tx *store.Tx, listener string) []*Rule {
	found := rules.List(tx, rulesOf(listener))
	sorting.By(found, func(a, b *Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	if l := FindListener(tx, listener); l != nil {
		found = append(found, l.defaultRule())
	}
	return found
}

// PutRule writes a rule that is not a default one.
func PutRule(tx *store.Tx, r *Rule) {
	rules.Put(tx, r)
	putUses(tx, r.ARN, r.LoadBalancer, forwardsTo(r.Actions))
}

// DeleteRule removes a rule that is not a default one.
func DeleteRule(tx *store.Tx, r *Rule) {
	putUses(tx, r.ARN, r.LoadBalancer, nil)
	rules.Delete(tx, r)
}
