package scheduler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const scheduleARN = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"

// A schedule is shown with AWS's defaults, and replaced as a whole.
func TestSchedules(t *testing.T) {
	s := newScene(t)
	made := s.Now
	if out := apitest.OK(t, s.CreateSchedule, nightly("nightly")); *out.ScheduleArn != scheduleARN {
		t.Error(*out.ScheduleArn)
	}
	want := &sdk.GetScheduleOutput{
		Arn: aws.String(scheduleARN), GroupName: aws.String("default"), Name: aws.String("nightly"), State: types.ScheduleStateEnabled,
		ActionAfterCompletion: types.ActionAfterCompletionNone, ScheduleExpression: aws.String("cron(0 3 * * ? *)"), ScheduleExpressionTimezone: aws.String("UTC"),
		CreationDate: &made, LastModificationDate: &made, FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target: &types.Target{
			Arn: aws.String(queue), RoleArn: aws.String(role),
			RetryPolicy: &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(86400), MaximumRetryAttempts: aws.Int32(185)},
		},
	}
	check := func() {
		t.Helper()
		got := apitest.OK(t, s.GetSchedule, &sdk.GetScheduleInput{Name: aws.String("nightly")})
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(sdk.GetScheduleOutput{}, types.FlexibleTimeWindow{}, types.Target{}, types.RetryPolicy{}), cmpopts.IgnoreFields(sdk.GetScheduleOutput{}, "ResultMetadata")); diff != "" {
			t.Error(diff)
		}
	}
	check()

	s.Now = made.Add(time.Hour)
	start := made.Add(48 * time.Hour)
	apitest.OK(t, s.UpdateSchedule, &sdk.UpdateScheduleInput{
		Name: aws.String("nightly"), Description: aws.String("d"), ScheduleExpression: aws.String("rate(1 minutes)"), ScheduleExpressionTimezone: aws.String("America/New_York"),
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(5)},
		StartDate:          &start, State: types.ScheduleStateDisabled, ActionAfterCompletion: types.ActionAfterCompletionDelete,
		KmsKeyArn: aws.String("arn:aws:kms:us-east-1:123456789012:key/k"),
		Target:    &types.Target{Arn: aws.String(queue), RoleArn: aws.String(role), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(0)}},
	})
	want.Description, want.ScheduleExpression, want.ScheduleExpressionTimezone = aws.String("d"), aws.String("rate(1 minutes)"), aws.String("America/New_York")
	want.StartDate, want.State, want.ActionAfterCompletion = &start, types.ScheduleStateDisabled, types.ActionAfterCompletionDelete
	want.FlexibleTimeWindow = &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(5)}
	want.KmsKeyArn, want.LastModificationDate, want.Target.RetryPolicy.MaximumRetryAttempts = aws.String("arn:aws:kms:us-east-1:123456789012:key/k"), &s.Now, aws.Int32(0)
	check()

	update := sdk.UpdateScheduleInput(*nightly("nightly"))
	s.Now = s.Now.Add(time.Hour)
	apitest.OK(t, s.UpdateSchedule, &update)
	want.Description, want.StartDate, want.KmsKeyArn, want.ScheduleExpression, want.ScheduleExpressionTimezone = nil, nil, nil, update.ScheduleExpression, aws.String("UTC")
	want.State, want.ActionAfterCompletion, want.FlexibleTimeWindow.Mode, want.FlexibleTimeWindow.MaximumWindowInMinutes = "ENABLED", "NONE", "OFF", nil
	want.LastModificationDate, want.Target.RetryPolicy.MaximumRetryAttempts = &s.Now, aws.Int32(185)
	check()

	apitest.OK(t, s.DeleteSchedule, &sdk.DeleteScheduleInput{Name: aws.String("nightly")})
	const missing = "Schedule nightly does not exist."
	apitest.Refused(t, s.GetSchedule, &sdk.GetScheduleInput{Name: aws.String("nightly")}, "ResourceNotFoundException", missing)
	apitest.Refused(t, s.UpdateSchedule, &update, "ResourceNotFoundException", missing)
	apitest.Refused(t, s.DeleteSchedule, &sdk.DeleteScheduleInput{Name: aws.String("nightly")}, "ResourceNotFoundException", missing)
	apitest.Refused(t, s.GetSchedule, &sdk.GetScheduleInput{Name: aws.String("nightly"), GroupName: aws.String("g")}, "ResourceNotFoundException", "Schedule group g does not exist.")
}

// A rate goes on where an update leaves its times as they are.
func TestCadence(t *testing.T) {
	s := newScene(t)
	made := s.Now
	anchor := func() time.Time {
		return eventbridgescheduler.FindSchedule(s.Store.Read(), scope, "default", "every").Anchor
	}
	update := sdk.UpdateScheduleInput(*nightly("every"))
	update.ScheduleExpression = aws.String("rate(1 hour)")
	create := sdk.CreateScheduleInput(update)
	apitest.OK(t, s.CreateSchedule, &create)
	for i, step := range []struct {
		change func()
		want   time.Duration
	}{
		{func() { update.Description = aws.String("d") }, 0},
		{func() { update.ScheduleExpression = aws.String("rate(2 hours)") }, 2 * time.Minute},
		{func() { update.State = types.ScheduleStateDisabled }, 2 * time.Minute},
		{func() { update.State = types.ScheduleStateEnabled }, 4 * time.Minute},
		{func() { update.ScheduleExpressionTimezone = aws.String("Europe/Berlin") }, 5 * time.Minute},
	} {
		s.Now = s.Now.Add(time.Minute)
		step.change()
		apitest.OK(t, s.UpdateSchedule, &update)
		if got := anchor().Sub(made); got != step.want {
			t.Errorf("%d: the rate counts from %v, want %v", i, got, step.want)
		}
	}
}

// What a request asks for twice is done once.
func TestClientTokens(t *testing.T) {
	s := newScene(t)
	create := nightly("nightly")
	create.ClientToken = aws.String("once")
	first := apitest.OK(t, s.CreateSchedule, create)
	if again := apitest.OK(t, s.CreateSchedule, create); *again.ScheduleArn != *first.ScheduleArn {
		t.Error(*again.ScheduleArn)
	}
	other := *create
	other.Description = aws.String("another one")
	apitest.Refused(t, s.CreateSchedule, &other, "ConflictException", "Schedule nightly already exists.")
	apitest.Refused(t, s.CreateSchedule, nightly("nightly"), "ConflictException", "Schedule nightly already exists.")

	gone := &sdk.DeleteScheduleInput{Name: aws.String("nightly"), ClientToken: aws.String("gone")}
	apitest.OK(t, s.DeleteSchedule, gone)
	apitest.OK(t, s.DeleteSchedule, gone)
	apitest.OK(t, s.CreateSchedule, create)
	apitest.OK(t, s.GetSchedule, &sdk.GetScheduleInput{Name: aws.String("nightly")})
	apitest.OK(t, s.DeleteSchedule, gone)

	group := &sdk.CreateScheduleGroupInput{Name: aws.String("g"), ClientToken: aws.String("once")}
	apitest.OK(t, s.CreateScheduleGroup, group)
	apitest.OK(t, s.CreateScheduleGroup, group)
	remove := &sdk.DeleteScheduleGroupInput{Name: aws.String("g"), ClientToken: aws.String("gone")}
	apitest.OK(t, s.DeleteScheduleGroup, remove)
	apitest.OK(t, s.DeleteScheduleGroup, remove)
}

func TestListSchedules(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("g")})
	var all []string
	for i := range 7 {
		in := nightly(fmt.Sprintf("job-%d", i))
		if i%2 == 1 {
			in.GroupName, in.State = aws.String("g"), types.ScheduleStateDisabled
		}
		all = append(all, *apitest.OK(t, s.CreateSchedule, in).ScheduleArn)
	}
	list := func(in sdk.ListSchedulesInput) (names []string) {
		t.Helper()
		for {
			out := apitest.OK(t, s.ListSchedules, &in)
			for _, each := range out.Schedules {
				names = append(names, *each.Arn)
				if *each.Target.Arn != queue || each.CreationDate == nil || each.LastModificationDate == nil || *each.Name == "" || each.State == "" || *each.GroupName == "" {
					t.Errorf("%+v", each)
				}
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return names
			}
		}
	}
	inOrder := list(sdk.ListSchedulesInput{})
	if slices.Equal(inOrder, slices.Sorted(slices.Values(inOrder))) {
		t.Errorf("sorted by name: %q", inOrder)
	}
	for _, test := range []struct {
		in   sdk.ListSchedulesInput
		want []string
	}{
		{sdk.ListSchedulesInput{}, all},
		{sdk.ListSchedulesInput{MaxResults: aws.Int32(2)}, all},
		{sdk.ListSchedulesInput{GroupName: aws.String("g"), MaxResults: aws.Int32(1)}, []string{all[1], all[3], all[5]}},
		{sdk.ListSchedulesInput{State: types.ScheduleStateEnabled}, []string{all[0], all[2], all[4], all[6]}},
		{sdk.ListSchedulesInput{NamePrefix: aws.String("job-3")}, []string{all[3]}},
		{sdk.ListSchedulesInput{NamePrefix: aws.String("x")}, nil},
	} {
		got := list(test.in)
		slices.Sort(got)
		slices.Sort(test.want)
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q, want %q", test.in, got, test.want)
		}
	}
	apitest.Refused(t, s.ListSchedules, &sdk.ListSchedulesInput{GroupName: aws.String("none")}, "ResourceNotFoundException", "Schedule group none does not exist.")
	apitest.Refused(t, s.ListSchedules, &sdk.ListSchedulesInput{NextToken: aws.String("?")}, "ValidationException", "The NextToken you specify is not valid.")
	token := apitest.OK(t, s.ListSchedules, &sdk.ListSchedulesInput{GroupName: aws.String("g"), MaxResults: aws.Int32(1)}).NextToken
	apitest.OK(t, s.ListSchedules, &sdk.ListSchedulesInput{GroupName: aws.String("g"), NextToken: token})
	for _, other := range []sdk.ListSchedulesInput{
		{NextToken: token}, {GroupName: aws.String("default"), NextToken: token}, {GroupName: aws.String("g"), NamePrefix: aws.String("job"), NextToken: token},
		{GroupName: aws.String("g"), State: types.ScheduleStateEnabled, NextToken: token},
	} {
		apitest.Refused(t, s.ListSchedules, &other, "ValidationException", "The NextToken you specify is not valid.")
	}
	apitest.Refused(t, s.ListScheduleGroups, &sdk.ListScheduleGroupsInput{NextToken: token}, "ValidationException", "The NextToken you specify is not valid.")
	apitest.Refused(t, s.ListSchedules, &sdk.ListSchedulesInput{MaxResults: aws.Int32(101)}, "ValidationException",
		"1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100")
}

// Refusals that were recorded, or told of in field reports, and those of the service model.
func TestRefusedSchedules(t *testing.T) {
	s := newScene(t)
	now := s.Now
	for _, test := range []struct {
		change     func(*sdk.CreateScheduleInput)
		code, text string
	}{
		{func(in *sdk.CreateScheduleInput) { in.ScheduleExpression = aws.String("cron(* * * * * *)") }, "", "Invalid Schedule Expression cron(* * * * * *)."},
		{func(in *sdk.CreateScheduleInput) { in.ScheduleExpressionTimezone = aws.String("Not/AZone") }, "", "Invalid timezone Not/AZone."},
		{func(in *sdk.CreateScheduleInput) { in.ScheduleExpressionTimezone = aws.String("../../etc/passwd") }, "", "Invalid timezone ../../etc/passwd."},
		{func(in *sdk.CreateScheduleInput) { in.FlexibleTimeWindow.Mode = types.FlexibleTimeWindowModeFlexible }, "",
			"MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE."},
		{func(in *sdk.CreateScheduleInput) { in.FlexibleTimeWindow.MaximumWindowInMinutes = aws.Int32(1) }, "",
			"MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF."},
		{func(in *sdk.CreateScheduleInput) {
			in.StartDate, in.EndDate = aws.Time(now.Add(2*time.Hour)), aws.Time(now.Add(time.Hour))
		}, "",
			"The StartDate you specify must come before the EndDate."},
		{func(in *sdk.CreateScheduleInput) { in.StartDate = aws.Time(now.Add(-6 * time.Minute)) }, "", "The StartDate you specify cannot be earlier than 5 minutes ago."},
		{func(in *sdk.CreateScheduleInput) { in.GroupName = aws.String("absent") }, "ResourceNotFoundException", "Schedule group absent does not exist."},
		{func(in *sdk.CreateScheduleInput) { in.Target.Input = aws.String("") }, "",
			"1 validation error detected: Value '' at 'target.input' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{func(in *sdk.CreateScheduleInput) { in.Name = aws.String("a b") }, "",
			"1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$"},
		{func(in *sdk.CreateScheduleInput) {
			in.Target.RetryPolicy = &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(186)}
		}, "",
			"1 validation error detected: Value '186' at 'target.retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 185"},
		{func(in *sdk.CreateScheduleInput) { in.Target.RoleArn = aws.String("bad") }, "",
			`1 validation error detected: Value 'bad' at 'target.roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@\/-]+$`},
	} {
		in := nightly("refused")
		test.change(in)
		if test.code == "" {
			test.code = "ValidationException"
		}
		apitest.Refused(t, s.CreateSchedule, in, test.code, test.text)
	}
	if left := apitest.OK(t, s.ListSchedules, &sdk.ListSchedulesInput{}); len(left.Schedules) > 0 {
		t.Errorf("%+v", left.Schedules)
	}
	// What looks wrong and is not.
	for i, change := range []func(*sdk.CreateScheduleInput){
		func(in *sdk.CreateScheduleInput) {
			in.ScheduleExpression, in.State = aws.String("at(2020-01-01T00:00:00)"), types.ScheduleStateDisabled
		},
		func(in *sdk.CreateScheduleInput) {
			in.ScheduleExpression, in.ScheduleExpressionTimezone = aws.String("at(2027-03-14T02:30:00)"), aws.String("America/New_York")
		},
		func(in *sdk.CreateScheduleInput) {
			in.ScheduleExpression = aws.String("at(2027-01-01T00:00:00)")
			in.StartDate, in.EndDate = aws.Time(now.Add(-24*time.Hour)), aws.Time(now.Add(-time.Hour))
		},
		func(in *sdk.CreateScheduleInput) { in.StartDate = aws.Time(now.Add(-4 * time.Minute)) },
	} {
		in := nightly(fmt.Sprint("fine-", i))
		change(in)
		apitest.OK(t, s.CreateSchedule, in)
	}
}

// A role has to trust EventBridge Scheduler for the group where roles are looked at.
func TestStrictRoles(t *testing.T) {
	s := newScene(t, func(o *scheduler.Options) { o.StrictRoles = true })
	const refusal = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
	apitest.Refused(t, s.CreateSchedule, nightly("a"), "ValidationException", refusal)
	trust := func(group string) {
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole",` +
			`"Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:scheduler:us-east-1:123456789012:schedule-group/` + group + `"}}}]}`
		err := s.Store.Update(func(tx *store.Tx) error {
			iam.Roles.Put(tx, &iam.Role{Account: iam.AccountOf(scope), Name: "scheduler", Path: "/", TrustPolicy: policy})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	trust("other")
	apitest.Refused(t, s.CreateSchedule, nightly("a"), "ValidationException", refusal)
	trust("default")
	apitest.OK(t, s.CreateSchedule, nightly("a"))
}

// No value of a schedule breaks the service.
func TestNonsense(t *testing.T) {
	s := newScene(t)
	in := *nightly("a")
	in.ScheduleExpressionTimezone, in.GroupName, in.StartDate, in.EndDate = aws.String("UTC"), aws.String("default"), aws.Time(s.Now), aws.Time(s.Now.Add(time.Hour))
	in.Target = ecsTarget()
	apitest.Nonsense(t, s.CreateSchedule, in)
	apitest.Nonsense(t, s.UpdateSchedule, sdk.UpdateScheduleInput(in))
	apitest.Nonsense(t, s.ListSchedules, sdk.ListSchedulesInput{})
	apitest.Nonsense(t, s.ListScheduleGroups, sdk.ListScheduleGroupsInput{})
	apitest.Nonsense(t, s.GetSchedule, sdk.GetScheduleInput{Name: aws.String("a")})
	apitest.Nonsense(t, s.DeleteSchedule, sdk.DeleteScheduleInput{Name: aws.String("a")})
	apitest.Nonsense(t, s.CreateScheduleGroup, sdk.CreateScheduleGroupInput{Name: aws.String("a"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	apitest.Nonsense(t, s.TagResource, sdk.TagResourceInput{ResourceArn: aws.String(groupARN("a")), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	apitest.Nonsense(t, s.UntagResource, sdk.UntagResourceInput{ResourceArn: aws.String(groupARN("a")), TagKeys: []string{"k"}})
}
