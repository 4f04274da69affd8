package scheduler_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	api "github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// timetable is a stack at an endpoint with EventBridge Scheduler.
type timetable struct {
	*typestest.Stack
	t    *testing.T
	call handler.Call
}

func newTimetable(t *testing.T) *timetable {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &timetable{t: t}
	service := api.New(api.Options{Store: rows, Now: func() time.Time { return s.Time }, GroupDeletion: 3 * time.Second}).Service()
	client := apiclient.New(apiclient.Options{
		Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost",
		Services: serviceclient.Find([]awsapi.Service{service}),
	})
	s.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(apiclient.WithSystemTags(ctx), apiclient.Root(typestest.Scope), op, in, out)
	}
	s.Stack = typestest.New(t, s.call, scheduler.Types())
	return s
}

func (s *timetable) ask(name string, in, out any) {
	s.t.Helper()
	if err := s.call(s.t.Context(), apiclient.Of("scheduler", name), in, out); err != nil {
		s.t.Fatal(err)
	}
}

// inventory is all schedules and groups, in words, without what is of an incarnation.
func (s *timetable) inventory() (all []string) {
	s.t.Helper()
	short := func(name string) string {
		return strings.Join(strings.SplitN(name, "-", 3)[:min(2, strings.Count(name, "-")+1)], "-")
	}
	var groups sdk.ListScheduleGroupsOutput
	s.ask("ListScheduleGroups", &sdk.ListScheduleGroupsInput{}, &groups)
	for _, g := range groups.ScheduleGroups {
		var tags sdk.ListTagsForResourceOutput
		s.ask("ListTagsForResource", &sdk.ListTagsForResourceInput{ResourceArn: g.Arn}, &tags)
		all = append(all, fmt.Sprintf("group %s %s %d", short(*g.Name), g.State, len(tags.Tags)))
	}
	var schedules sdk.ListSchedulesOutput
	s.ask("ListSchedules", &sdk.ListSchedulesInput{}, &schedules)
	for _, each := range schedules.Schedules {
		var one sdk.GetScheduleOutput
		s.ask("GetSchedule", &sdk.GetScheduleInput{Name: each.Name, GroupName: each.GroupName}, &one)
		count := int32(0)
		if p := one.Target.EcsParameters; p != nil && p.TaskCount != nil {
			count = *p.TaskCount
		}
		all = append(all, fmt.Sprintf("schedule %s in %s %s %s %q tasks %d from %v", short(*one.Name), short(*one.GroupName), *one.ScheduleExpression, one.State,
			aws.ToString(one.Description), count, one.StartDate))
	}
	slices.Sort(all)
	return all
}

const target = "Target: {Arn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/c', RoleArn: 'arn:aws:iam::123456789012:role/r', EcsParameters: {TaskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/t:1', TaskCount: '2', LaunchType: FARGATE, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-1]}}, Tags: [{Key: k, Value: v}]}}"

var parts = []typestest.Part{
	typestest.Of("Group", "AWS::Scheduler::ScheduleGroup", "{Tags: [{Key: k, Value: v}]}", "{}"),
	typestest.Of("Named", "AWS::Scheduler::ScheduleGroup", "{Name: nightly}", "{Name: nightly, Tags: [{Key: k, Value: v}]}"),
	typestest.Of("Schedule", "AWS::Scheduler::Schedule",
		"{GroupName: '${Group}', ScheduleExpression: rate(1 hour), FlexibleTimeWindow: {Mode: FLEXIBLE, MaximumWindowInMinutes: '5'}, Description: d, State: DISABLED, StartDate: '2026-06-01T00:00:00Z', "+target+"}",
		"{GroupName: '${Group}', ScheduleExpression: rate(2 hours), FlexibleTimeWindow: {Mode: 'OFF'}, "+target+"}"),
	typestest.Of("Fixed", "AWS::Scheduler::Schedule", "{Name: fixed, ScheduleExpression: rate(1 hour), FlexibleTimeWindow: {Mode: 'OFF'}, "+target+"}", ""),
}

func TestEachTypeLives(t *testing.T) {
	s := newTimetable(t)
	s.Live(parts, s.inventory)
}

func TestEveryProperty(t *testing.T) { typestest.EveryProperty(t, scheduler.Types(), parts) }

func TestLostAnswers(t *testing.T) {
	s := newTimetable(t)
	s.LoseAnswers(parts, s.inventory)
}

func TestRefAndChanges(t *testing.T) {
	s := newTimetable(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	for name, want := range map[string]string{"Group": "shop-Group-", "Named": "nightly", "Schedule": "shop-Schedule-", "Fixed": "fixed"} {
		if got := s.Ref(name); !strings.HasPrefix(got, want) {
			t.Errorf("Ref of %s is %s", name, got)
		}
	}
	if got := s.GetAtt("Fixed", "Arn"); got != "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/fixed" {
		t.Errorf("the ARN is %s", got)
	}
	if failure := s.Update("Schedule", parts[2].Changed); failure != nil {
		t.Fatal(failure.Message)
	}
	if want := `schedule shop-Schedule in shop-Group rate(2 hours) ENABLED "" tasks 2 from <nil>`; !slices.Contains(s.inventory(), want) {
		t.Errorf("there is %q, want %s", s.inventory(), want)
	}
	failure := s.Update("Fixed", "{Name: fixed, GroupName: nightly, ScheduleExpression: rate(1 hour), FlexibleTimeWindow: {Mode: 'OFF'}, "+target+"}")
	if failure == nil || failure.Code != handler.NotUpdatable {
		t.Errorf("another group: %+v", failure)
	}
}

// TestWhatIsThereIsNotTheStacks: what others have made fails a create, and stays when that is taken back.
func TestWhatIsThereIsNotTheStacks(t *testing.T) {
	s := newTimetable(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	before := s.inventory()
	for _, p := range []typestest.Part{parts[1], parts[3]} {
		if failure := s.Create("Second", p.Kind, p.Properties); failure == nil || failure.Code != handler.AlreadyExists {
			t.Errorf("a second %s: %+v", p.Name, failure)
		}
		if failure := s.Delete("Second"); failure != nil {
			t.Error(failure.Message)
		}
	}
	if after := s.inventory(); !slices.Equal(before, after) {
		t.Errorf("there was %q, and now %q", before, after)
	}
}
