package eventbridge

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutRule makes a rule, or replaces what it has: what the request leaves out is gone then, but for its tags (EVB0002).
func (a *API) PutRule(ctx context.Context, in *sdk.PutRuleInput) (*sdk.PutRuleOutput, error) {
	newest := outbox.Newest(a.Store) // a rule gets what comes after the request
	out := &sdk.PutRuleOutput{}
	return out, a.update(func(tx *store.Tx) error {
		b, err := bus(ctx, tx, in.EventBusName)
		if err != nil {
			return err
		}
		if err := checkRule(b, in); err != nil {
			return err
		}
		next := &eventbridge.Rule{
			Scope: b.Scope, Bus: b.Name, Name: *in.Name, CreatedBy: b.Scope.Account, Description: in.Description, RoleARN: in.RoleArn,
			EventPattern: aws.ToString(in.EventPattern), ScheduleExpression: aws.ToString(in.ScheduleExpression), State: in.State,
			EmptyPattern: isEmpty(in.EventPattern), EmptySchedule: isEmpty(in.ScheduleExpression),
			Tags: tagging.With(nil, key, in.Tags...), Since: newest, Anchor: a.now(),
		}
		if next.State == "" {
			next.State = types.RuleStateEnabled
		}
		if there := eventbridge.FindRule(tx, b.Scope, b.Name, *in.Name); there != nil {
			replace(next, there)
		}
		eventbridge.PutRule(tx, next)
		out.RuleArn = aws.String(next.ARN())
		return nil
	})
}

func isEmpty(given *string) bool { return given != nil && *given == "" }

// shown is a text of a rule, an empty one only if a request had it (EVB0002.11).
func shown(text string, empty bool) *string {
	if text == "" && !empty {
		return nil
	}
	return &text
}

// replace keeps of a rule what PutRule does not change. One that was enabled and has the same expression keeps its
// cadence (EVB0002), and one with the same pattern loses no event that waits to be matched.
func replace(next, there *eventbridge.Rule) {
	next.Tags = there.Tags
	if !there.Enabled() || !next.Enabled() {
		return
	}
	if next.ScheduleExpression == there.ScheduleExpression {
		next.Anchor, next.LastDue = there.Anchor, there.LastDue
	}
	if next.EventPattern == there.EventPattern {
		next.Since = there.Since
	}
}

// checkRule refuses a rule that cannot be on a bus. Recorded answers tell which are refused (EVB0002); where they have no
// text it is from field reports, unless it says otherwise.
func checkRule(b *eventbridge.Bus, in *sdk.PutRuleInput) error {
	scheduled := aws.ToString(in.ScheduleExpression) != ""
	switch {
	case in.ScheduleExpression != nil && b.Name != eventbridge.DefaultBus: // also an empty one
		return invalid("ScheduleExpression is supported only on the default event bus.")
	case aws.ToString(in.EventPattern) == "" && !scheduled:
		return invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	case scheduled && in.State == types.RuleStateEnabledWithAllCloudtrailManagementEvents: // the text is the emulator's
		return invalid("State %s is not valid for a rule with a ScheduleExpression.", in.State)
	}
	if scheduled {
		if _, err := scheduleexpression.Parse(*in.ScheduleExpression, scheduleexpression.Rules); err != nil {
			return invalid("Parameter ScheduleExpression is not valid.")
		}
	}
	if pattern := aws.ToString(in.EventPattern); pattern != "" {
		if _, err := eventpattern.Parse(pattern); err != nil {
			return patternError(err)
		}
	}
	return checkARN(in.RoleArn)
}

func (a *API) DescribeRule(ctx context.Context, in *sdk.DescribeRuleInput) (*sdk.DescribeRuleOutput, error) {
	r, err := rule(ctx, a.read(), in.EventBusName, *in.Name)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeRuleOutput{
		Name: &r.Name, Arn: aws.String(r.ARN()), EventPattern: shown(r.EventPattern, r.EmptyPattern), ScheduleExpression: shown(r.ScheduleExpression, r.EmptySchedule),
		State: r.State, Description: r.Description, RoleArn: r.RoleARN, EventBusName: &r.Bus, CreatedBy: &r.CreatedBy,
	}, nil
}

// ListRules answers the rules of a bus in order of their names, without those who made them (EVB0002).
func (a *API) ListRules(ctx context.Context, in *sdk.ListRulesInput) (*sdk.ListRulesOutput, error) {
	tx, prefix := a.read(), aws.ToString(in.NamePrefix)
	b, err := bus(ctx, tx, in.EventBusName)
	if err != nil {
		return nil, err
	}
	all := eventbridge.Rules(tx, b.Scope, b.Name, prefix)
	part, next, err := cut(all, func(r *eventbridge.Rule) string { return r.Name }, in.NextToken, in.Limit, "rules", b.Name, prefix)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListRulesOutput{Rules: []types.Rule{}, NextToken: next}
	for _, r := range part {
		out.Rules = append(out.Rules, types.Rule{
			Name: &r.Name, Arn: aws.String(r.ARN()), EventPattern: shown(r.EventPattern, r.EmptyPattern), ScheduleExpression: shown(r.ScheduleExpression, r.EmptySchedule),
			State: r.State, Description: r.Description, RoleArn: r.RoleARN, EventBusName: &r.Bus,
		})
	}
	return out, nil
}

// EnableRule has a rule act. Its cadence begins anew, and it gets later events only.
func (a *API) EnableRule(ctx context.Context, in *sdk.EnableRuleInput) (*sdk.EnableRuleOutput, error) {
	newest := outbox.Newest(a.Store)
	return &sdk.EnableRuleOutput{}, a.changeRule(ctx, in.EventBusName, *in.Name, func(r *eventbridge.Rule) bool {
		if r.Enabled() {
			return false
		}
		r.State, r.Since, r.Anchor = types.RuleStateEnabled, newest, a.now()
		return true
	})
}

func (a *API) DisableRule(ctx context.Context, in *sdk.DisableRuleInput) (*sdk.DisableRuleOutput, error) {
	return &sdk.DisableRuleOutput{}, a.changeRule(ctx, in.EventBusName, *in.Name, func(r *eventbridge.Rule) bool {
		r.State = types.RuleStateDisabled
		return true
	})
}

// changeRule changes a copy of a rule and writes it if it is another one then.
func (a *API) changeRule(ctx context.Context, onBus *string, name string, change func(r *eventbridge.Rule) bool) error {
	return a.update(func(tx *store.Tx) error {
		there, err := rule(ctx, tx, onBus, name)
		if err != nil {
			return err
		}
		if changed := *there; change(&changed) {
			eventbridge.PutRule(tx, &changed)
		}
		return nil
	})
}

// DeleteRule removes a rule; one that is not there is no error (EVB0002). There are no managed rules, which Force is for.
func (a *API) DeleteRule(ctx context.Context, in *sdk.DeleteRuleInput) (*sdk.DeleteRuleOutput, error) {
	return &sdk.DeleteRuleOutput{}, a.update(func(tx *store.Tx) error {
		b, err := bus(ctx, tx, in.EventBusName)
		if err != nil {
			return err
		}
		r := eventbridge.FindRule(tx, b.Scope, b.Name, *in.Name)
		if r == nil {
			return nil
		}
		if len(eventbridge.Targets(tx, r)) > 0 {
			return invalid("Rule can't be deleted since it has targets.")
		}
		eventbridge.DeleteRule(tx, r)
		return nil
	})
}
