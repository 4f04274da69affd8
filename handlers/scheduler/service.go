// Package scheduler answers the API of Amazon EventBridge Scheduler: schedules, their groups, and tags of these. Rows
// say when targets are called; the timetable and what sends deliveries call them.
package scheduler

import (
	_ "embed"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now func() time.Time
	// Way tells whether there is a way to call a target by its ARN; its error names what would be one. Nil: there is.
	Way func(targetARN string) error
	// StrictRoles refuses roles that EventBridge Scheduler could not assume.
	StrictRoles bool
	// GroupDeletion is how long a group is DELETING. Default: not at all.
	GroupDeletion time.Duration
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API {
	if o.Way == nil {
		o.Way = func(string) error { return nil }
	}
	return &API{o}
}

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	// It looks ahead, which Go's patterns cannot: checkEventBus does.
	Patterns: map[string]string{eventSource: ""},
})

// codec names members as they are, but for those that come from ECS.
var codec = wire.AsIs.Except(types.CapacityProviderStrategyItem{}, types.NetworkConfiguration{}, types.PlacementConstraint{}, types.PlacementStrategy{})

// statuses are the statuses of the service model.
var statuses = map[string]int{
	"ConflictException": http.StatusConflict, "ResourceNotFoundException": http.StatusNotFound,
	"ServiceQuotaExceededException": http.StatusPaymentRequired, "ThrottlingException": http.StatusTooManyRequests,
}

// Service is the EventBridge Scheduler API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "scheduler", ID: sdk.ServiceID, Title: "Amazon EventBridge Scheduler", Complete: true, Model: model, Statuses: statuses,
		Access: access(), Tags: a.tagsOf,
		Protocol: awsapi.REST{Routes: routes, Codec: codec, ErrorSuffix: "http://internal.amazon.com/coral/com.amazonaws.chronos/"}, // (EVS0001)
		Operations: []awsapi.Operation{
			awsapi.Partial("CreateSchedule", "KmsKeyArn is kept without effect; targets that the emulator cannot call are refused by name", a.CreateSchedule),
			awsapi.Works("GetSchedule", "with the defaults that AWS fills in", a.GetSchedule),
			awsapi.Partial("UpdateSchedule", "replaces all; as CreateSchedule", a.UpdateSchedule),
			awsapi.Works("DeleteSchedule", "what was due is still delivered", a.DeleteSchedule),
			awsapi.Works("ListSchedules", "of one group or of all, by prefix and state, in pages", a.ListSchedules),

			awsapi.Works("CreateScheduleGroup", "the group default is always there", a.CreateScheduleGroup),
			awsapi.Works("GetScheduleGroup", "the group default has no dates", a.GetScheduleGroup),
			awsapi.Works("ListScheduleGroups", "by prefix, in pages", a.ListScheduleGroups),
			awsapi.Works("DeleteScheduleGroup", "with its schedules, at once", a.DeleteScheduleGroup),

			awsapi.Works("TagResource", "of groups, as on AWS", a.TagResource),
			awsapi.Works("UntagResource", "missing tags are no error", a.UntagResource),
			awsapi.Works("ListTagsForResource", "of groups", a.ListTagsForResource),
		},
	}
}

// routes are how operations are called. Source: the service model.
var routes = []rest.Route{
	{Operation: "CreateSchedule", Method: "POST", Path: "/schedules/{Name}"},
	{Operation: "GetSchedule", Method: "GET", Path: "/schedules/{Name}", Query: map[string]string{"groupName": "GroupName"}},
	{Operation: "UpdateSchedule", Method: "PUT", Path: "/schedules/{Name}"},
	{Operation: "DeleteSchedule", Method: "DELETE", Path: "/schedules/{Name}", Query: map[string]string{"groupName": "GroupName", "clientToken": "ClientToken"}},
	{Operation: "ListSchedules", Method: "GET", Path: "/schedules", Query: map[string]string{
		"ScheduleGroup": "GroupName", "NamePrefix": "NamePrefix", "State": "State", "NextToken": "NextToken", "MaxResults": "MaxResults",
	}},

	{Operation: "CreateScheduleGroup", Method: "POST", Path: "/schedule-groups/{Name}"},
	{Operation: "GetScheduleGroup", Method: "GET", Path: "/schedule-groups/{Name}"},
	{Operation: "ListScheduleGroups", Method: "GET", Path: "/schedule-groups", Query: map[string]string{
		"NamePrefix": "NamePrefix", "NextToken": "NextToken", "MaxResults": "MaxResults",
	}},
	{Operation: "DeleteScheduleGroup", Method: "DELETE", Path: "/schedule-groups/{Name}", Query: map[string]string{"clientToken": "ClientToken"}},

	{Operation: "TagResource", Method: "POST", Path: "/tags/{ResourceArn}"},
	{Operation: "UntagResource", Method: "DELETE", Path: "/tags/{ResourceArn}", Query: map[string]string{"TagKeys": "TagKeys"}},
	{Operation: "ListTagsForResource", Method: "GET", Path: "/tags/{ResourceArn}"},
}
