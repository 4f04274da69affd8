package scheduler

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

const passRole = "iam:PassRole on {Target.RoleArn}, with iam:PassedToService " + service

// access says what operations ask.
// Source: Service Authorization Reference, Amazon EventBridge Scheduler. That lists are asked for on what they may show is an
// assumption, after field reports that have seen an ARN, but not the end of it.
func access() awsapi.Rows {
	schedule := awsapi.On("schedule/{GroupName|default}/{Name}")
	group := awsapi.On("schedule-group/{Name}")
	byARN := awsapi.On("{ResourceArn}")
	return awsapi.Rows{
		"CreateSchedule": awsapi.With(schedule, func(_ awsapi.Call, in *sdk.CreateScheduleInput, wants []awsapi.Access) []awsapi.Access {
			return append(wants, passing(in.Target))
		}).May("iam:PassedToService").Shows(passRole),
		"GetSchedule": schedule,
		"UpdateSchedule": awsapi.With(schedule, func(_ awsapi.Call, in *sdk.UpdateScheduleInput, wants []awsapi.Access) []awsapi.Access {
			return append(wants, passing(in.Target))
		}).May("iam:PassedToService").Shows(passRole),
		"DeleteSchedule": schedule,
		"ListSchedules":  awsapi.On("schedule/{GroupName|*}/*"),

		"CreateScheduleGroup": group.Tags("Tags").Also("scheduler:TagResource"),
		"GetScheduleGroup":    group,
		"ListScheduleGroups":  awsapi.On("schedule-group/*"),
		"DeleteScheduleGroup": awsapi.With(group, deleteSchedules).Shows("scheduler:DeleteSchedule on schedule/{Name}/*"),

		"TagResource":         byARN.Tags("Tags"),
		"UntagResource":       byARN.Keys("aws:TagKeys", "{TagKeys}"),
		"ListTagsForResource": byARN,
	}
}

// passing is that EventBridge Scheduler gets the role of a target (AC73).
func passing(t *types.Target) awsapi.Access {
	return awsapi.Access{Action: "iam:PassRole", Resource: *t.RoleArn, Keys: awsapi.Keys{"iam:passedtoservice": policy.Is(service)}}
}

// deleteSchedules asks for the schedules that go with a group.
func deleteSchedules(call awsapi.Call, in *sdk.DeleteScheduleGroupInput, wants []awsapi.Access) []awsapi.Access {
	schedules := eventbridgescheduler.Schedule{Scope: call.Scope(), Group: *in.Name, Name: "*"}
	return append(wants, awsapi.Access{Action: "scheduler:DeleteSchedule", Resource: schedules.ARN()})
}

// tagsOf are the tags of a group by its ARN, or by the ARN of a schedule, which has none of its own: an assumption, as the
// reference has aws:ResourceTag for schedules.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	scope := arn.ScopeOf(resourceARN)
	_, name, _ := strings.Cut(resourceARN, ":schedule-group/")
	if _, path, is := strings.Cut(resourceARN, ":schedule/"); is {
		name, _, _ = strings.Cut(path, "/")
	}
	if name == "" {
		return nil
	}
	g := eventbridgescheduler.FindGroup(a.Store.Read(), scope, name)
	if g == nil || g.Gone(a.Now()) {
		return nil
	}
	return tagging.List(g.Tags, pair)
}
