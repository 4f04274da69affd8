package applicationautoscaling_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// nightly is an action that leaves one task from 22 o'clock on.
func nightly(change func(in *sdk.PutScheduledActionInput)) *sdk.PutScheduledActionInput {
	in := &sdk.PutScheduledActionInput{
		ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, ScheduledActionName: aws.String("night"),
		Schedule: aws.String("cron(0 22 * * ? *)"), Timezone: aws.String("Europe/Berlin"),
		ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: aws.Int32(0), MaxCapacity: aws.Int32(1)},
	}
	change(in)
	return in
}

// What a request leaves out stays, but for the times of begin and end.
func TestScheduledActions(t *testing.T) {
	s := registered(t)
	describe := func() types.ScheduledAction {
		t.Helper()
		got := apitest.OK(t, s.DescribeScheduledActions, &sdk.DescribeScheduledActionsInput{ServiceNamespace: namespace, ResourceId: web, ScheduledActionNames: []string{"night"}})
		if len(got.ScheduledActions) != 1 {
			t.Fatalf("%+v", got)
		}
		return got.ScheduledActions[0]
	}
	start := s.now.Add(time.Hour).Truncate(time.Second)
	apitest.OK(t, s.PutScheduledAction, nightly(func(in *sdk.PutScheduledActionInput) {
		in.StartTime, in.EndTime = &start, aws.Time(start.AddDate(1, 0, 0))
	}))
	if got := describe(); *got.Schedule != "cron(0 22 * * ? *)" || *got.Timezone != "Europe/Berlin" || !got.StartTime.Equal(start) || got.EndTime == nil ||
		*got.ScalableTargetAction.MinCapacity != 0 || *got.ScalableTargetAction.MaxCapacity != 1 {
		t.Errorf("%+v", got)
	}
	created := *describe().CreationTime
	s.now = s.now.Add(time.Minute)
	apitest.OK(t, s.PutScheduledAction, nightly(func(in *sdk.PutScheduledActionInput) {
		in.Schedule, in.Timezone, in.ScalableTargetAction = nil, nil, &types.ScalableTargetAction{MinCapacity: aws.Int32(2)}
	}))
	if got := describe(); *got.Schedule != "cron(0 22 * * ? *)" || *got.Timezone != "Europe/Berlin" || got.StartTime != nil || got.EndTime != nil ||
		*got.ScalableTargetAction.MinCapacity != 2 || got.ScalableTargetAction.MaxCapacity != nil || !got.CreationTime.Equal(created) {
		t.Errorf("%+v", got)
	}
	gone := &sdk.DeleteScheduledActionInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, ScheduledActionName: aws.String("night")}
	target := applicationautoscaling.Targets.All(s.store.Read())[0]
	apitest.OK(t, s.DeleteScheduledAction, gone)
	apitest.Refused(t, s.DeleteScheduledAction, gone, "ObjectNotFoundException",
		"No scheduled action found for service namespace: ecs, scalable target ID: "+target.UUID()+", scheduled action name: night")
}

// Another schedule begins anew; another action does not, so that what was done is not done again.
func TestChangesOfASchedule(t *testing.T) {
	s := registered(t)
	of := applicationautoscaling.Targets.All(s.store.Read())[0].Of()
	find := func() *applicationautoscaling.ScheduledAction {
		return applicationautoscaling.ScheduledActions.Find(s.store.Read(), of, "night")
	}
	apitest.OK(t, s.PutScheduledAction, nightly(func(*sdk.PutScheduledActionInput) {}))
	due := s.now.Add(time.Minute)
	s.update(func(tx *store.Tx) {
		done := *find()
		done.LastDue = due
		applicationautoscaling.ScheduledActions.Put(tx, &done)
	})
	s.now = s.now.Add(time.Hour)
	apitest.OK(t, s.PutScheduledAction, nightly(func(in *sdk.PutScheduledActionInput) { in.ScalableTargetAction.MaxCapacity = aws.Int32(3) }))
	if got := find(); !got.LastDue.Equal(due) || !got.Anchor.Before(s.now) || *got.Max != 3 {
		t.Errorf("after another action: %+v", got)
	}
	apitest.OK(t, s.PutScheduledAction, nightly(func(in *sdk.PutScheduledActionInput) { in.Timezone = aws.String("Europe/Paris") }))
	if got := find(); !got.LastDue.IsZero() || !got.Anchor.Equal(s.now) {
		t.Errorf("after another zone: %+v", got)
	}
}

func TestRefusedScheduledActions(t *testing.T) {
	s := registered(t)
	expression := func(text string) func(in *sdk.PutScheduledActionInput) {
		return func(in *sdk.PutScheduledActionInput) { in.Schedule = &text }
	}
	const syntax = `Invalid schedule expression. Details: Schedule expressions must have the following syntax: ` +
		`rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`
	for _, test := range []struct {
		text   string
		change func(in *sdk.PutScheduledActionInput)
	}{
		{"ScalableTargetAction must be set", func(in *sdk.PutScheduledActionInput) { in.ScalableTargetAction = nil }},
		{"ScalableTargetAction must be set", func(in *sdk.PutScheduledActionInput) { in.ScalableTargetAction, in.Schedule = nil, nil }},
		{"At least one of minimum capacity and maximum capacity should be provided", func(in *sdk.PutScheduledActionInput) {
			in.ScalableTargetAction = &types.ScalableTargetAction{}
		}},
		{"Minimum capacity cannot be less than 0", func(in *sdk.PutScheduledActionInput) { in.ScalableTargetAction.MinCapacity = aws.Int32(-1) }},
		{"Maximum capacity cannot be less than minimum capacity", func(in *sdk.PutScheduledActionInput) { in.ScalableTargetAction.MinCapacity = aws.Int32(2) }},
		{"Schedule must be set", func(in *sdk.PutScheduledActionInput) { in.Schedule = nil }},
		{"StartTime must be before EndTime", func(in *sdk.PutScheduledActionInput) { in.StartTime, in.EndTime = &s.now, &s.now }},
		{"Invalid schedule timezone: Mars/Olympus", func(in *sdk.PutScheduledActionInput) { in.Timezone = aws.String("Mars/Olympus") }},
		{"1 validation error detected: Value '' at 'timezone' failed to satisfy constraint: Member must have length greater than or equal to 1",
			func(in *sdk.PutScheduledActionInput) { in.Timezone = aws.String("") }},
		{"Invalid schedule expression. Details: Invalid CRON expression: error at position 9, details: Unexpected end of expression.", expression("cron(0 1 * * *)")},
		{"Invalid schedule expression. Details: Invalid CRON expression: error at position 0, details: " +
			"Specifying both a day-of-week AND a day-of-month parameter is not supported.", expression("cron(0 1 * * * *)")},
		{`Invalid schedule expression. Details: Invalid schedule at DateTime expression: Cannot parse "2099-02-30T00:00:00": Value 30 for dayOfMonth must be in the range [1,28]`,
			expression("at(2099-02-30T00:00:00)")},
		{"Invalid schedule frequency. Run for '1970-01-01T00:00:00.000Z' and '1970-01-01T00:00:00.000Z' are less than 60 seconds apart", expression("rate(0 days)")},
		{"Invalid schedule expression. Details: Invalid CRON expression: error at position 1, details: '?' can only be specified for Day-of-Month or Day-of-Week.",
			expression("cron(0 8 ? * ? *)")},
		{`Invalid schedule expression. Details: Invalid schedule at DateTime expression: Invalid format: "2099-01-01" is too short`, expression("at(2099-01-01)")},
		{`Invalid schedule expression. Details: Invalid schedule at DateTime expression: Cannot parse "soon"`, expression("at(soon)")},
		{syntax, expression("soon")},
		{syntax, expression("0 8 * * ? *")},
		{syntax, expression("cron(0 8 * * ? *")},
		{syntax, expression("rate(5 seconds)")},
		{syntax, expression("rate(1 week)")},
		{syntax, expression("rate(-1 minutes)")},
	} {
		apitest.Refused(t, s.PutScheduledAction, nightly(test.change), "ValidationException", test.text)
	}
	for _, name := range []string{"a/b", " a", "a ", "a:b"} {
		apitest.Refused(t, s.PutScheduledAction, nightly(func(in *sdk.PutScheduledActionInput) { in.ScheduledActionName = &name }), "ValidationException",
			"1 validation error detected: Value '"+name+"' at 'scheduledActionName' failed to satisfy constraint: Member must satisfy regular expression pattern: "+
				`(?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`)
	}
	for _, taken := range []string{"rate(1 days)", "at(2020-01-01T00:00:00)", "rate(1 day)"} {
		apitest.OK(t, s.PutScheduledAction, nightly(expression(taken)))
	}
}
