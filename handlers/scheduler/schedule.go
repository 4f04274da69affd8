package scheduler

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) CreateSchedule(ctx context.Context, in *sdk.CreateScheduleInput) (*sdk.CreateScheduleOutput, error) {
	made, once := a.wanted(ctx, in), clienttoken.In(ctx, in.ClientToken, in)
	if err := a.check(made); err != nil {
		return nil, err
	}
	err := a.Store.Update(func(tx *store.Tx) error {
		if err := a.checkPlace(tx, made); err != nil {
			return err
		}
		if eventbridgescheduler.FindSchedule(tx, made.Scope, made.Group, made.Name) != nil {
			if repeats(tx, once) {
				return nil
			}
			return conflict("Schedule %s already exists.", made.Name)
		}
		if err := checkStart(made, nil); err != nil {
			return err
		}
		eventbridgescheduler.Schedules.Put(tx, made)
		once.Remember(tx, made.CreatedAt)
		return nil
	})
	return &sdk.CreateScheduleOutput{ScheduleArn: aws.String(made.ARN())}, err
}

// UpdateSchedule replaces a schedule: what the request does not have is as in a new one (EVS0003).
func (a *API) UpdateSchedule(ctx context.Context, in *sdk.UpdateScheduleInput) (*sdk.UpdateScheduleOutput, error) {
	create := sdk.CreateScheduleInput(*in)
	made := a.wanted(ctx, &create)
	if err := a.check(made); err != nil {
		return nil, err
	}
	err := a.Store.Update(func(tx *store.Tx) error {
		if err := a.checkPlace(tx, made); err != nil {
			return err
		}
		was := eventbridgescheduler.FindSchedule(tx, made.Scope, made.Group, made.Name)
		if was == nil {
			return notFound("Schedule %s does not exist.", made.Name)
		}
		if err := checkStart(made, was); err != nil {
			return err
		}
		made.ID, made.CreatedAt, made.LastDue = was.ID, was.CreatedAt, was.LastDue
		if keepsCadence(was, made) {
			made.Anchor = was.Anchor
		}
		eventbridgescheduler.Schedules.Put(tx, made)
		return nil
	})
	return &sdk.UpdateScheduleOutput{ScheduleArn: aws.String(made.ARN())}, err
}

// keepsCadence reports whether a rate goes on as before. What AWS does has not been seen: a rule with the same expression
// keeps its times there, and one that is enabled begins anew.
func keepsCadence(was, is *eventbridgescheduler.Schedule) bool {
	return was.Expression == is.Expression && was.Zone == is.Zone &&
		(was.State == types.ScheduleStateEnabled || is.State == types.ScheduleStateDisabled)
}

// wanted is the schedule of a request, with AWS's defaults (EVS0003).
func (a *API) wanted(ctx context.Context, in *sdk.CreateScheduleInput) *eventbridgescheduler.Schedule {
	now := a.time()
	s := &eventbridgescheduler.Schedule{
		Scope: awsapi.CallScope(ctx), Group: cmp.Or(aws.ToString(in.GroupName), eventbridgescheduler.DefaultGroup), Name: *in.Name,
		ID: arn.NewID(), Description: in.Description, Expression: *in.ScheduleExpression,
		Zone:  cmp.Or(aws.ToString(in.ScheduleExpressionTimezone), "UTC"),
		Start: inMilliseconds(in.StartDate), End: inMilliseconds(in.EndDate),
		State:                 cmp.Or(in.State, types.ScheduleStateEnabled),
		ActionAfterCompletion: cmp.Or(in.ActionAfterCompletion, types.ActionAfterCompletionNone),
		Window:                *in.FlexibleTimeWindow, KMSKeyARN: in.KmsKeyArn, Target: *in.Target,
		CreatedAt: now, ModifiedAt: now, Anchor: now,
	}
	policy := types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(86400), MaximumRetryAttempts: aws.Int32(185)}
	if given := s.Target.RetryPolicy; given != nil {
		policy.MaximumEventAgeInSeconds = cmp.Or(given.MaximumEventAgeInSeconds, policy.MaximumEventAgeInSeconds)
		policy.MaximumRetryAttempts = cmp.Or(given.MaximumRetryAttempts, policy.MaximumRetryAttempts)
	}
	s.Target.RetryPolicy = &policy
	return s
}

func inMilliseconds(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return aws.Time(t.UTC().Truncate(time.Millisecond))
}

func (a *API) GetSchedule(ctx context.Context, in *sdk.GetScheduleInput) (*sdk.GetScheduleOutput, error) {
	s, err := a.schedule(a.Store.Read(), awsapi.CallScope(ctx), in.GroupName, *in.Name)
	if err != nil {
		return nil, err
	}
	return &sdk.GetScheduleOutput{
		Arn: aws.String(s.ARN()), GroupName: &s.Group, Name: &s.Name, Description: s.Description, State: s.State,
		ScheduleExpression: &s.Expression, ScheduleExpressionTimezone: &s.Zone, StartDate: s.Start, EndDate: s.End,
		ActionAfterCompletion: s.ActionAfterCompletion, FlexibleTimeWindow: &s.Window, KmsKeyArn: s.KMSKeyARN, Target: &s.Target,
		CreationDate: &s.CreatedAt, LastModificationDate: &s.ModifiedAt,
	}, nil
}

// schedule finds a schedule (EVS0001).
func (a *API) schedule(tx *store.Tx, scope arn.Scope, group *string, name string) (*eventbridgescheduler.Schedule, error) {
	g, err := a.group(tx, scope, group)
	if err != nil {
		return nil, err
	}
	if s := eventbridgescheduler.FindSchedule(tx, scope, g.Name, name); s != nil {
		return s, nil
	}
	return nil, notFound("Schedule %s does not exist.", name)
}

func (a *API) DeleteSchedule(ctx context.Context, in *sdk.DeleteScheduleInput) (*sdk.DeleteScheduleOutput, error) {
	once := clienttoken.In(ctx, in.ClientToken, in)
	return &sdk.DeleteScheduleOutput{}, a.Store.Update(func(tx *store.Tx) error {
		s, err := a.schedule(tx, awsapi.CallScope(ctx), in.GroupName, *in.Name)
		switch {
		case err != nil && repeats(tx, once):
			return nil
		case err != nil:
			return err
		}
		eventbridgescheduler.Schedules.Delete(tx, s)
		once.Remember(tx, a.time())
		return nil
	})
}
