package applicationautoscaling

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutScheduledAction makes a scheduled action, or changes the one that there is: what the request leaves out stays, but for
// the times of begin and end, which go (AAS0009).
func (a *API) PutScheduledAction(ctx context.Context, in *sdk.PutScheduledActionInput) (*sdk.PutScheduledActionOutput, error) {
	of := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	return &sdk.PutScheduledActionOutput{}, a.store.Update(func(tx *store.Tx) error {
		t, err := targetOf(tx, of)
		if err != nil {
			return err
		}
		was := applicationautoscaling.ScheduledActions.Find(tx, of, *in.ScheduledActionName)
		if was == nil && len(applicationautoscaling.ScheduledActions.List(tx, of)) >= mostScheduledActions {
			return tooMany("scheduled actions", mostScheduledActions, "scalable target")
		}
		if was == nil {
			was = &applicationautoscaling.ScheduledAction{Of: of, TargetID: t.UUID(), Name: *in.ScheduledActionName, CreatedAt: a.now()}
		}
		made := changedAction(was, in, a.now())
		if err := checkAction(made, in); err != nil {
			return err
		}
		applicationautoscaling.ScheduledActions.Put(tx, made)
		return nil
	})
}

// changedAction is a copy of a scheduled action with what a request says.
func changedAction(was *applicationautoscaling.ScheduledAction, in *sdk.PutScheduledActionInput, now time.Time) *applicationautoscaling.ScheduledAction {
	made := *was
	if in.Schedule != nil {
		made.Expression = *in.Schedule
	}
	if in.Timezone != nil {
		made.Zone = in.Timezone
	}
	made.Start, made.End = in.StartTime, in.EndTime
	if in.ScalableTargetAction != nil {
		made.Min, made.Max = in.ScalableTargetAction.MinCapacity, in.ScalableTargetAction.MaxCapacity
	}
	type times struct {
		expression string
		zone       *string
		start, end *time.Time
	}
	before, after := times{was.Expression, was.Zone, was.Start, was.End}, times{made.Expression, made.Zone, made.Start, made.End}
	if !reflect.DeepEqual(before, after) { // what was due by the times of before is over
		made.Anchor, made.LastDue = now, time.Time{}
	}
	return &made
}

// DescribeScheduledActions answers scheduled actions, the newest first.
func (a *API) DescribeScheduledActions(ctx context.Context, in *sdk.DescribeScheduledActionsInput) (*sdk.DescribeScheduledActionsOutput, error) {
	if in.ScalableDimension != "" && in.ResourceId == nil {
		return nil, errDimensionAlone
	}
	all := applicationautoscaling.ScheduledActionsIn(a.store.Read(), awsapi.CallScope(ctx), in.ServiceNamespace)
	all = slices.DeleteFunc(slices.Clone(all), func(v *applicationautoscaling.ScheduledAction) bool {
		return in.ResourceId != nil && *in.ResourceId != v.Of.Resource || in.ScalableDimension != "" && in.ScalableDimension != v.Of.Dimension ||
			len(in.ScheduledActionNames) > 0 && !slices.Contains(in.ScheduledActionNames, v.Name)
	})
	key := func(v *applicationautoscaling.ScheduledAction) string { return sortable(v.CreatedAt) + v.Key() }
	request := page.Request{Token: in.NextToken, Most: itemsOfPage, Form: form("schedules"), Descending: true}
	part, next, err := cut(all, key, request, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeScheduledActionsOutput{ScheduledActions: []types.ScheduledAction{}, NextToken: next}
	for _, v := range part {
		out.ScheduledActions = append(out.ScheduledActions, types.ScheduledAction{
			ScheduledActionARN: aws.String(v.ARN()), ScheduledActionName: &v.Name, ServiceNamespace: v.Of.Namespace, ResourceId: &v.Of.Resource,
			ScalableDimension: v.Of.Dimension, Schedule: &v.Expression, Timezone: v.Zone, StartTime: v.Start, EndTime: v.End,
			ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: v.Min, MaxCapacity: v.Max}, CreationTime: &v.CreatedAt,
		})
	}
	return out, nil
}

func (a *API) DeleteScheduledAction(ctx context.Context, in *sdk.DeleteScheduledActionInput) (*sdk.DeleteScheduledActionOutput, error) {
	of := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	return &sdk.DeleteScheduledActionOutput{}, a.store.Update(func(tx *store.Tx) error {
		t, err := targetOf(tx, of)
		if err != nil {
			return err
		}
		v := applicationautoscaling.ScheduledActions.Find(tx, of, *in.ScheduledActionName)
		if v == nil { // AAS0009.5
			return notFound("No scheduled action found for service namespace: %s, scalable target ID: %s, scheduled action name: %s",
				of.Namespace, t.UUID(), *in.ScheduledActionName)
		}
		applicationautoscaling.ScheduledActions.Delete(tx, v)
		return nil
	})
}
