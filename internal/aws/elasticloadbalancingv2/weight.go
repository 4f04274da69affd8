package elasticloadbalancingv2

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Weights are the weights of the target groups of one forward action, by their ARNs.
type Weights map[string]int32

// SetWeights sets the weights of target groups in the forward action of a rule, or of what a
// listener does by default: the ARN is that of a rule, which may be a default rule, or of a
// listener, also one of a network load balancer. A group that it does not forward to yet is added; one
// that is not named keeps its weight. The error says what is not there, or that a weight is not 0
// to 999; nothing is changed then.
//
// [Applied] tells when the load balancer does so.
func SetWeights(tx *store.Tx, arn string, weights Weights) error {
	r, err := forwarding(tx, arn)
	if err != nil {
		return fmt.Errorf("set the weights of %s: %w", arn, err)
	}
	for group, weight := range weights {
		switch {
		case FindTargetGroup(tx, group) == nil:
			return fmt.Errorf("set the weights of %s: there is no target group %s", arn, group)
		case weight < 0 || weight > 999: // Source: ELBv2 API reference, TargetGroupTuple
			return fmt.Errorf("set the weights of %s: %d is not 0 to 999", arn, weight)
		}
	}
	actions := WithWeights(r.Actions, weights)
	if !r.Default() {
		changed := *r
		changed.Actions = actions
		PutRule(tx, &changed)
		return nil
	}
	changed := *FindListener(tx, r.Listener)
	changed.Actions = actions
	PutListener(tx, &changed)
	return nil
}

// Forwarding returns the load balancer of a rule, or of a listener's default rule, and the weights of
// the target groups that it forwards to; nil if there is no such rule or listener, or it does something
// else.
func Forwarding(tx *store.Tx, arn string) (loadBalancer string, weights Weights) {
	r, err := forwarding(tx, arn)
	if err != nil {
		return "", nil
	}
	return r.LoadBalancer, weightsOf(r)
}

// forwarding is the rule with an ARN, or the default one of the listener with it, which forwards to
// target groups.
func forwarding(tx *store.Tx, arn string) (*Rule, error) {
	r := FindRule(tx, arn)
	if l := FindListener(tx, arn); l != nil {
		r = l.defaultRule()
	}
	switch {
	case r == nil:
		return nil, fmt.Errorf("there is no such rule or listener")
	case weightsOf(r) == nil:
		return nil, fmt.Errorf("it does not forward to target groups")
	}
	return r, nil
}

// weightsOf are the weights of a rule's forward action, nil if it has none.
func weightsOf(r *Rule) Weights { return WeightsOf(r.Actions) }

// WeightsOf are the weights of target groups in actions of a rule, nil if none forwards to any.
func WeightsOf(actions []types.Action) (weights Weights) {
	for _, a := range actions {
		for _, t := range forwardedTo(a) {
			if weights == nil {
				weights = Weights{}
			}
			weights[aws.ToString(t.TargetGroupArn)] = Weight(t)
		}
	}
	return weights
}

// forwardedTo are the target groups of an action.
func forwardedTo(a types.Action) []types.TargetGroupTuple {
	switch {
	case a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) > 0:
		return a.ForwardConfig.TargetGroups
	case a.TargetGroupArn != nil:
		return []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn}}
	default:
		return nil
	}
}

// WithWeights is a copy of actions with other weights. That which forwards to several groups names
// none of them by itself, as Elastic Load Balancing shows it.
func WithWeights(actions []types.Action, weights Weights) []types.Action {
	actions = slices.Clone(actions)
	for i, a := range actions {
		groups := slices.Clone(forwardedTo(a))
		if groups == nil {
			continue
		}
		for _, group := range slices.Sorted(maps.Keys(weights)) {
			tuple := types.TargetGroupTuple{TargetGroupArn: &group, Weight: aws.Int32(weights[group])}
			at := slices.IndexFunc(groups, func(t types.TargetGroupTuple) bool { return aws.ToString(t.TargetGroupArn) == group })
			if at < 0 {
				groups = append(groups, tuple)
			} else {
				groups[at] = tuple
			}
		}
		forward := types.ForwardActionConfig{}
		if a.ForwardConfig != nil {
			forward = *a.ForwardConfig
		}
		forward.TargetGroups = groups
		actions[i].ForwardConfig = &forward
		if len(groups) > 1 {
			actions[i].TargetGroupArn = nil
		}
	}
	return actions
}

// applied is which weights a load balancer has in effect. The load balancer controller writes it.
type applied struct {
	LoadBalancer string
	Rules        map[string]Weights // by the ARN of the rule
}

var appliedWeights = store.NewTable("elbv2-applied-weights", func(a *applied) string { return a.LoadBalancer })

// PutApplied notes that a load balancer does what its rules say, all of which are given.
func PutApplied(tx *store.Tx, loadBalancer string, rules []*Rule) {
	row := &applied{LoadBalancer: loadBalancer, Rules: inEffect(rules)}
	if len(row.Rules) == 0 || FindLoadBalancer(tx, loadBalancer) == nil {
		deleteApplied(tx, loadBalancer)
		return
	}
	appliedWeights.Put(tx, row)
}

// NewlyApplied reports whether PutApplied has anything to write.
func NewlyApplied(tx *store.Tx, loadBalancer string, rules []*Rule) bool {
	known := appliedWeights.Get(tx, loadBalancer)
	if known == nil {
		known = &applied{}
	}
	return !maps.EqualFunc(known.Rules, inEffect(rules), func(a, b Weights) bool { return maps.Equal(a, b) })
}

func inEffect(rules []*Rule) map[string]Weights {
	all := map[string]Weights{}
	for _, r := range rules {
		if w := weightsOf(r); len(w) > 1 {
			all[r.ARN] = w
		}
	}
	return all
}

func deleteApplied(tx *store.Tx, loadBalancer string) {
	if known := appliedWeights.Get(tx, loadBalancer); known != nil {
		appliedWeights.Delete(tx, known)
	}
}

// Applied reports whether the weights of a rule, or of a listener's default rule, are in effect:
// what comes to the load balancer from now on goes by them. Only rules that forward to several target
// groups have weights. OnApplied wakes when that may change.
func Applied(tx *store.Tx, arn string) bool {
	r, err := forwarding(tx, arn)
	if err != nil || len(weightsOf(r)) < 2 {
		return false
	}
	known := appliedWeights.Get(tx, r.LoadBalancer)
	return known != nil && maps.Equal(known.Rules[r.ARN], weightsOf(r))
}

// OnAppliedOf wakes what heeds a load balancer, which heeds names by its ARN, when other weights are in effect there.
func OnAppliedOf(heeds func(loadBalancer string) []string) store.Source {
	return store.On(appliedWeights, func(before, after *applied) []string {
		if after == nil {
			after = before
		}
		return heeds(after.LoadBalancer)
	})
}

// OnApplied wakes with ARNs of load balancers of which other weights are in effect.
func OnApplied() store.Source { return store.OnKeys(appliedWeights) }
