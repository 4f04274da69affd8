package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func groupARN(name string) string {
	return "arn:aws:scheduler:us-east-1:123456789012:schedule-group/" + name
}

func tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }

func TestGroups(t *testing.T) {
	s := newScene(t)
	if out := apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("jobs"), Tags: []types.Tag{tag("stage", "probe")}}); *out.ScheduleGroupArn != groupARN("jobs") {
		t.Error(*out.ScheduleGroupArn)
	}
	got := apitest.OK(t, s.GetScheduleGroup, &sdk.GetScheduleGroupInput{Name: aws.String("jobs")})
	if *got.Arn != groupARN("jobs") || *got.Name != "jobs" || got.State != types.ScheduleGroupStateActive || !got.CreationDate.Equal(s.Now) || !got.LastModificationDate.Equal(s.Now) {
		t.Errorf("%+v", got)
	}
	apitest.Refused(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("jobs")}, "ConflictException", "Schedule group jobs already exists.")
	const fixed = "This operation cannot be performed on schedule group default."
	apitest.Refused(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("default")}, "ValidationException", fixed)
	apitest.Refused(t, s.DeleteScheduleGroup, &sdk.DeleteScheduleGroupInput{Name: aws.String("default")}, "ValidationException", fixed)

	in := nightly("nightly")
	in.GroupName = aws.String("jobs")
	apitest.OK(t, s.CreateSchedule, in)
	apitest.OK(t, s.CreateSchedule, nightly("nightly"))
	apitest.OK(t, s.DeleteScheduleGroup, &sdk.DeleteScheduleGroupInput{Name: aws.String("jobs")})
	apitest.Refused(t, s.GetScheduleGroup, &sdk.GetScheduleGroupInput{Name: aws.String("jobs")}, "ResourceNotFoundException", "Schedule group jobs does not exist.")
	apitest.Refused(t, s.DeleteScheduleGroup, &sdk.DeleteScheduleGroupInput{Name: aws.String("jobs")}, "ResourceNotFoundException", "Schedule group jobs does not exist.")
	if left := apitest.OK(t, s.ListSchedules, &sdk.ListSchedulesInput{}); len(left.Schedules) != 1 || *left.Schedules[0].GroupName != "default" {
		t.Errorf("%+v", left.Schedules)
	}
}

// A group may be seen going, without its schedules.
func TestGroupsThatGo(t *testing.T) {
	s := newScene(t, func(o *scheduler.Options) { o.GroupDeletion = 12 * time.Second })
	made := s.Now
	apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("jobs")})
	in := nightly("nightly")
	in.GroupName = aws.String("jobs")
	apitest.OK(t, s.CreateSchedule, in)
	s.Now = made.Add(time.Minute)
	apitest.OK(t, s.DeleteScheduleGroup, &sdk.DeleteScheduleGroupInput{Name: aws.String("jobs")})
	got := apitest.OK(t, s.GetScheduleGroup, &sdk.GetScheduleGroupInput{Name: aws.String("jobs")})
	if got.State != types.ScheduleGroupStateDeleting || !got.CreationDate.Equal(made) || !got.LastModificationDate.Equal(s.Now) {
		t.Errorf("%+v", got)
	}
	const going = "Schedule group jobs is being deleted."
	apitest.Refused(t, s.CreateSchedule, in, "ConflictException", going)
	apitest.Refused(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: aws.String(groupARN("jobs")), Tags: []types.Tag{tag("a", "b")}}, "ConflictException", going)
	if left := apitest.OK(t, s.ListSchedules, &sdk.ListSchedulesInput{GroupName: aws.String("jobs")}); len(left.Schedules) != 0 {
		t.Errorf("%+v", left.Schedules)
	}
	s.Now = s.Now.Add(12 * time.Second)
	apitest.Refused(t, s.GetScheduleGroup, &sdk.GetScheduleGroupInput{Name: aws.String("jobs")}, "ResourceNotFoundException", "Schedule group jobs does not exist.")
	if err := s.Store.Update(func(tx *store.Tx) error { eventbridgescheduler.ForgetGroups(tx, s.Now.Add(time.Second)); return nil }); err != nil {
		t.Fatal(err)
	}
	if left := eventbridgescheduler.Groups(s.Store.Read(), scope); len(left) != 0 {
		t.Errorf("%+v", left)
	}
	apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("jobs")})
}

func TestListGroups(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b", "alpha", "z"} {
		apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: &name})
	}
	for _, test := range []struct {
		in   sdk.ListScheduleGroupsInput
		want string
	}{
		{sdk.ListScheduleGroupsInput{}, "[alpha b default z]"},
		{sdk.ListScheduleGroupsInput{MaxResults: aws.Int32(1)}, "[alpha b default z]"},
		{sdk.ListScheduleGroupsInput{NamePrefix: aws.String("a")}, "[alpha]"},
		{sdk.ListScheduleGroupsInput{NamePrefix: aws.String("x")}, "[]"},
	} {
		names := []string{}
		for {
			out := apitest.OK(t, s.ListScheduleGroups, &test.in)
			for _, g := range out.ScheduleGroups {
				names = append(names, *g.Name)
			}
			if test.in.NextToken = out.NextToken; out.NextToken == nil {
				break
			}
		}
		if got := fmt.Sprint(names); got != test.want {
			t.Errorf("%+v: %s, want %s", test.in, got, test.want)
		}
	}
	apitest.Refused(t, s.ListScheduleGroups, &sdk.ListScheduleGroupsInput{NextToken: aws.String("?")}, "ValidationException", "The NextToken you specify is not valid.")
}

// Groups have tags, and schedules have none.
func TestTags(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateScheduleGroup, &sdk.CreateScheduleGroupInput{Name: aws.String("jobs"), Tags: []types.Tag{tag("stage", "probe"), tag("a", "1")}})
	jobs := aws.String(groupARN("jobs"))
	apitest.OK(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: jobs, Tags: []types.Tag{tag("a", "2"), tag("b c/d", "ü")}})
	apitest.OK(t, s.UntagResource, &sdk.UntagResourceInput{ResourceArn: jobs, TagKeys: []string{"stage", "none"}})
	out := apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: jobs})
	if len(out.Tags) != 2 || *out.Tags[0].Key != "a" || *out.Tags[0].Value != "2" || *out.Tags[1].Key != "b c/d" || *out.Tags[1].Value != "ü" {
		t.Errorf("%+v", out.Tags)
	}
	apitest.Refused(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: jobs, Tags: []types.Tag{tag("aws:x", "1")}}, "ValidationException", "Tag keys that begin with aws: are reserved.")
	var many []types.Tag
	for i := range 49 {
		many = append(many, tag(fmt.Sprint(i), "x"))
	}
	apitest.Refused(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: jobs, Tags: many}, "ServiceQuotaExceededException", "A schedule group has at most 50 tags.")
	apitest.Refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: aws.String(groupARN("none"))}, "ResourceNotFoundException", "Schedule group none does not exist.")
	apitest.Refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:scheduler:eu-west-1:123456789012:schedule-group/jobs")},
		"ResourceNotFoundException", "Schedule group jobs does not exist.")
	apitest.Refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: aws.String(scheduleARN)}, "ValidationException",
		"1 validation error detected: Value '"+scheduleARN+"' at 'resourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: "+
			`^arn:aws(-[a-z]+)?:scheduler:[a-z0-9\-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+$`)
	if left := apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: jobs}); len(left.Tags) != 2 {
		t.Errorf("a refused request has changed tags: %+v", left.Tags)
	}
}
