package eventbridge

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxTargets is how many targets a rule has. Source: EventBridge user guide, quotas.
const maxTargets = 5

// PutTargets adds targets to a rule, or replaces those with the same ids. If one is refused, none is added (EVB0004).
func (a *API) PutTargets(ctx context.Context, in *sdk.PutTargetsInput) (*sdk.PutTargetsOutput, error) {
	err := a.update(func(tx *store.Tx) error {
		r, err := rule(ctx, tx, in.EventBusName, *in.Rule)
		if err != nil {
			return err
		}
		if err := checkIDs(in.Targets); err != nil {
			return err
		}
		for i := range in.Targets {
			if err := a.checkTarget(r, i+1, &in.Targets[i]); err != nil {
				return err
			}
			eventbridge.PutTarget(tx, &eventbridge.Target{Scope: r.Scope, Bus: r.Bus, Rule: r.Name, Target: in.Targets[i]})
		}
		if len(eventbridge.Targets(tx, r)) > maxTargets {
			return tooMany()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutTargetsOutput{FailedEntries: []types.PutTargetsResultEntry{}}, nil
}

// RemoveTargets removes targets of a rule; those that are not there are no error (EVB0002).
func (a *API) RemoveTargets(ctx context.Context, in *sdk.RemoveTargetsInput) (*sdk.RemoveTargetsOutput, error) {
	err := a.update(func(tx *store.Tx) error {
		r, err := rule(ctx, tx, in.EventBusName, *in.Rule)
		if err != nil {
			return err
		}
		for _, id := range in.Ids {
			if t := eventbridge.FindTarget(tx, r, id); t != nil {
				eventbridge.DeleteTarget(tx, t)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.RemoveTargetsOutput{FailedEntries: []types.RemoveTargetsResultEntry{}}, nil
}

// ListTargetsByRule answers targets as they were put, in order of their ids.
func (a *API) ListTargetsByRule(ctx context.Context, in *sdk.ListTargetsByRuleInput) (*sdk.ListTargetsByRuleOutput, error) {
	tx := a.read()
	r, err := rule(ctx, tx, in.EventBusName, *in.Rule)
	if err != nil {
		return nil, err
	}
	part, next, err := cut(eventbridge.Targets(tx, r), func(t *eventbridge.Target) string { return *t.Target.Id }, in.NextToken, in.Limit, "targets", r.Bus, r.Name)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListTargetsByRuleOutput{Targets: []types.Target{}, NextToken: next}
	for _, t := range part {
		out.Targets = append(out.Targets, t.Target)
	}
	return out, nil
}

// ListRuleNamesByTarget answers the rules of a bus that have a target with an ARN, each once and also if it is disabled
// (EVB0003).
func (a *API) ListRuleNamesByTarget(ctx context.Context, in *sdk.ListRuleNamesByTargetInput) (*sdk.ListRuleNamesByTargetOutput, error) {
	tx := a.read()
	b, err := bus(ctx, tx, in.EventBusName)
	if err != nil {
		return nil, err
	}
	if err := checkARN(in.TargetArn); err != nil {
		return nil, err
	}
	var names []string
	for _, t := range eventbridge.TargetsWithARN(tx, awsapi.CallScope(ctx), b.Name, *in.TargetArn) {
		if !slices.Contains(names, t.Rule) {
			names = append(names, t.Rule)
		}
	}
	part, next, err := cut(names, func(name string) string { return name }, in.NextToken, in.Limit, "names", b.Name, *in.TargetArn)
	if err != nil {
		return nil, err
	}
	return &sdk.ListRuleNamesByTargetOutput{RuleNames: part, NextToken: next}, nil
}
