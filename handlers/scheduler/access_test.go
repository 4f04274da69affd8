package scheduler_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
)

func TestAccess(t *testing.T) { apitest.Access(t, scheduler.New(scheduler.Options{}).Service()) }

func TestWhatRequestsAsk(t *testing.T) {
	s := newScene(t)
	config, asked := s.Refuse(scheduler.New(scheduler.Options{Store: s.Store, Now: s.Clock}).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	const own, passed = "arn:aws:scheduler:us-east-1:123456789012:", "\niam:PassRole " + role + ", iam:passedtoservice=scheduler.amazonaws.com"
	in := nightly("n")
	inGroup := nightly("n")
	inGroup.GroupName = aws.String("g")
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.CreateSchedule, in), "scheduler:CreateSchedule " + own + "schedule/default/n" + passed},
		{apitest.For(asked, c.CreateSchedule, inGroup), "scheduler:CreateSchedule " + own + "schedule/g/n" + passed},
		{apitest.For(asked, c.UpdateSchedule, &sdk.UpdateScheduleInput{
			Name: in.Name, ScheduleExpression: in.ScheduleExpression, FlexibleTimeWindow: in.FlexibleTimeWindow, Target: in.Target,
		}), "scheduler:UpdateSchedule " + own + "schedule/default/n" + passed},
		{apitest.For(asked, c.GetSchedule, &sdk.GetScheduleInput{Name: in.Name, GroupName: inGroup.GroupName}), "scheduler:GetSchedule " + own + "schedule/g/n"},
		{apitest.For(asked, c.ListSchedules, &sdk.ListSchedulesInput{}), "scheduler:ListSchedules " + own + "schedule/*/*"},
		{apitest.For(asked, c.ListSchedules, &sdk.ListSchedulesInput{GroupName: inGroup.GroupName}), "scheduler:ListSchedules " + own + "schedule/g/*"},
		{apitest.For(asked, c.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("g"), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}}),
			"scheduler:CreateScheduleGroup " + own + "schedule-group/g, aws:requesttag/team=a, aws:tagkeys=Team\n" +
				"scheduler:TagResource " + own + "schedule-group/g, aws:requesttag/team=a, aws:tagkeys=Team"},
		{apitest.For(asked, c.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("g")}),
			"scheduler:CreateScheduleGroup " + own + "schedule-group/g"},
		{apitest.For(asked, c.DeleteScheduleGroup, &sdk.DeleteScheduleGroupInput{Name: aws.String("g")}),
			"scheduler:DeleteScheduleGroup " + own + "schedule-group/g\nscheduler:DeleteSchedule " + own + "schedule/g/*"},
		{apitest.For(asked, c.UntagResource, &sdk.UntagResourceInput{ResourceArn: aws.String(own + "schedule-group/g"), TagKeys: []string{"Team"}}),
			"scheduler:UntagResource " + own + "schedule-group/g, aws:tagkeys=Team"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("g"), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}})
	tagsOf := scheduler.New(scheduler.Options{Store: s.Store, Now: s.Clock}).Service().Tags
	const own = "arn:aws:scheduler:us-east-1:123456789012:"
	for arn, want := range map[string]int{
		own + "schedule-group/g": 1, own + "schedule/g/n": 1, own + "schedule/default/n": 0, own + "schedule-group/h": 0, own + "schedule/*/*": 0, "*": 0,
	} {
		if got := tagsOf(arn); len(got) != want {
			t.Errorf("the tags of %s are %v", arn, got)
		}
	}
}
