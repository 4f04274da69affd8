package elasticloadbalancingv2

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateRule makes a rule of a listener of an application load balancer.
func (a *API) CreateRule(ctx context.Context, in *sdk.CreateRuleInput) (*sdk.CreateRuleOutput, error) {
	made, err := newRule(ctx, in)
	if err != nil {
		return nil, err
	}
	err = a.store.Update(func(tx *store.Tx) error {
		l, err := listener(tx, awsapi.CallScope(ctx), *in.ListenerArn)
		if err != nil {
			return err
		}
		if !web(l.Protocol) {
			return &types.UnsupportedProtocolException{Message: aws.String("The specified protocol is not supported.")} // the text is the SDK's
		}
		if taken(tx, l.ARN, made.Priority) != nil {
			return priorityInUse(made.Priority)
		}
		made.ARN, made.Listener, made.LoadBalancer = elbv2.NewRuleARN(l.ARN), l.ARN, l.LoadBalancer
		if made.Actions, err = actionsOf(tx, l, in.Actions); err != nil {
			return err
		}
		elbv2.PutRule(tx, made)
		return fewParts(tx, made.LoadBalancer)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CreateRuleOutput{Rules: []types.Rule{describeRule(made)}}, nil
}

// newRule is what a request asks for, but for what its listener decides.
func newRule(ctx context.Context, in *sdk.CreateRuleInput) (made *elbv2.Rule, err error) {
	made = &elbv2.Rule{Priority: *in.Priority}
	if made.Conditions, err = conditionsOf(in.Conditions); err != nil {
		return nil, err
	}
	if made.Transforms, err = transformsOf(in.Transforms); err != nil {
		return nil, err
	}
	made.Tags, err = withTags(ctx, nil, in.Tags)
	return made, err
}

// taken returns the rule of a listener that has a priority, or nil.
func taken(tx *store.Tx, listener string, priority int32) *elbv2.Rule {
	for _, r := range elbv2.ListenerRules(tx, listener) {
		if r.Priority == priority {
			return r
		}
	}
	return nil
}

func priorityInUse(priority int32) error {
	return &types.PriorityInUseException{Message: awsapi.Textf("Priority '%d' is currently in use", priority)}
}

func describeRule(r *elbv2.Rule) types.Rule {
	d := types.Rule{
		RuleArn: &r.ARN, Priority: aws.String(strconv.Itoa(int(r.Priority))), Conditions: append([]types.RuleCondition{}, r.Conditions...),
		Actions: r.Actions, IsDefault: aws.Bool(r.Default()), Transforms: append([]types.RuleTransform{}, r.Transforms...),
	}
	if r.Default() {
		d.Priority = aws.String("default")
	}
	return d
}

// DescribeRules answers rules by ARN, or those of a listener in their order.
func (a *API) DescribeRules(ctx context.Context, in *sdk.DescribeRulesInput) (*sdk.DescribeRulesOutput, error) {
	tx, scope := a.store.Read(), awsapi.CallScope(ctx)
	var found []*elbv2.Rule
	switch { // Source of the texts: field reports
	case in.ListenerArn != nil && in.RuleArns != nil:
		return nil, invalid("Listener rule ARNs and a listener ARN cannot be specified at the same time")
	case in.ListenerArn != nil:
		l, err := listener(tx, scope, *in.ListenerArn)
		if err != nil {
			return nil, err
		}
		found = elbv2.ListenerRules(tx, l.ARN)
	case in.RuleArns != nil:
		for _, id := range in.RuleArns {
			r, err := rule(tx, scope, id)
			if err != nil {
				return nil, err
			}
			found = append(found, r)
		}
	default:
		return nil, invalid("You must specify either listener rule ARNs or a listener ARN")
	}
	part, next, err := pageOf(found, ruleOrder, in.Marker, in.PageSize)
	out := &sdk.DescribeRulesOutput{NextMarker: next}
	for _, r := range part {
		out.Rules = append(out.Rules, describeRule(r))
	}
	return out, err
}

// ruleOrder sorts by priority; the default rule comes last.
func ruleOrder(r *elbv2.Rule) string {
	priority := r.Priority
	if r.Default() {
		priority = 99999
	}
	return fmt.Sprintf("%s:%05d", r.Listener, priority)
}

// ModifyRule changes conditions, actions and transforms of a rule that is not a default one.
func (a *API) ModifyRule(ctx context.Context, in *sdk.ModifyRuleInput) (*sdk.ModifyRuleOutput, error) {
	switch {
	case in.Transforms != nil && aws.ToBool(in.ResetTransforms): // Source: ELBv2 API reference; the text is the emulator's
		return nil, invalid("You cannot provide both Transforms and ResetTransforms")
	case in.Conditions == nil && in.Actions == nil && in.Transforms == nil && in.ResetTransforms == nil: // Source: field reports
		return nil, invalid("Either conditions or actions must be specified")
	}
	changed, err := change(a, ctx, in.RuleArn, rule, elbv2.PutRule, func(tx *store.Tx, r *elbv2.Rule) (err error) {
		if r.Default() { // the text is the emulator's
			return notPermitted("Default rule '%s' cannot be modified", r.ARN)
		}
		if in.Conditions != nil {
			if r.Conditions, err = conditionsOf(in.Conditions); err != nil {
				return err
			}
		}
		if in.Actions != nil {
			if r.Actions, err = actionsOf(tx, elbv2.FindListener(tx, r.Listener), in.Actions); err != nil {
				return err
			}
		}
		switch {
		case in.Transforms != nil:
			r.Transforms, err = transformsOf(in.Transforms)
		case aws.ToBool(in.ResetTransforms):
			r.Transforms = nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyRuleOutput{Rules: []types.Rule{describeRule(&changed)}}, nil
}

// DeleteRule removes a rule that is not a default one.
func (a *API) DeleteRule(ctx context.Context, in *sdk.DeleteRuleInput) (*sdk.DeleteRuleOutput, error) {
	return &sdk.DeleteRuleOutput{}, a.store.Update(func(tx *store.Tx) error {
		r, err := rule(tx, awsapi.CallScope(ctx), *in.RuleArn)
		if err != nil {
			return err
		}
		if r.Default() { // the text is the emulator's
			return notPermitted("Default rule '%s' cannot be deleted", r.ARN)
		}
		elbv2.DeleteRule(tx, r)
		return nil
	})
}

// SetRulePriorities gives rules other priorities, all at once: two can change places.
func (a *API) SetRulePriorities(ctx context.Context, in *sdk.SetRulePrioritiesInput) (*sdk.SetRulePrioritiesOutput, error) {
	out := &sdk.SetRulePrioritiesOutput{}
	return out, a.store.Update(func(tx *store.Tx) error {
		moved, err := reordered(ctx, tx, in.RulePriorities)
		if err != nil {
			return err
		}
		for _, r := range moved {
			if other := taken(tx, r.Listener, r.Priority); other != nil && moved[other.ARN] == nil {
				return priorityInUse(r.Priority)
			}
		}
		for _, p := range in.RulePriorities {
			elbv2.PutRule(tx, moved[*p.RuleArn])
			out.Rules = append(out.Rules, describeRule(moved[*p.RuleArn]))
		}
		return nil
	})
}

// reordered returns the rules of a request with their new priorities, by ARN.
func reordered(ctx context.Context, tx *store.Tx, pairs []types.RulePriorityPair) (map[string]*elbv2.Rule, error) {
	moved, priorities := map[string]*elbv2.Rule{}, map[string]bool{}
	for _, p := range pairs {
		if p.RuleArn == nil || p.Priority == nil { // the text is the emulator's
			return nil, invalid("A rule ARN and a priority must be specified")
		}
		r, err := rule(tx, awsapi.CallScope(ctx), *p.RuleArn)
		if err != nil {
			return nil, err
		}
		place := fmt.Sprintf("%s:%d", r.Listener, *p.Priority)
		switch {
		case r.Default(): // the text is the emulator's
			return nil, notPermitted("Default rule '%s' cannot be modified", r.ARN)
		case priorities[place]: // Source: field reports
			return nil, invalid("Priority '%d' was provided multiple times", *p.Priority)
		}
		priorities[place] = true
		changed := *r
		changed.Priority = *p.Priority
		moved[r.ARN] = &changed
	}
	return moved, nil
}
