package target

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

const session = "ASIA-0d0a608bb6bd422db39b365f723ccf4b" // 32 digits

func TestRunTaskGetsWhatTheTargetSays(t *testing.T) {
	targets, aws := sentTo(t, map[string]string{"RunTask": `200 {"tasks":[{"taskArn":"x"}]}`})
	d := ofTask(`{"containerOverrides":[{"name":"app","command":["a"]}]}`)
	d.ECS = &types.EcsParameters{
		TaskDefinitionArn: new("arn:aws:ecs:us-east-1:111122223333:task-definition/job"), TaskCount: new(int32(2)),
		LaunchType: types.LaunchTypeFargate, PlatformVersion: new("1.4.0"), Group: new("jobs"), ReferenceId: new("ref"),
		EnableECSManagedTags: true, EnableExecuteCommand: true, PropagateTags: types.PropagateTagsTaskDefinition,
		Tags:                     []types.Tag{{Key: new("k"), Value: new("v")}},
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: new("FARGATE"), Base: 1, Weight: 2}},
		PlacementConstraints:     []types.PlacementConstraint{{Type: types.PlacementConstraintTypeDistinctInstance}},
		PlacementStrategy:        []types.PlacementStrategy{{Type: types.PlacementStrategyTypeSpread, Field: new("host")}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}, AssignPublicIp: types.AssignPublicIpEnabled,
		}},
	}
	becomes(t, targets, d, delivery.Sent, "", "")
	aws.gets(t, "RunTask us-east-1/ecs "+session+` {"capacityProviderStrategy":[{"base":1,"capacityProvider":"FARGATE","weight":2}],`+
		`"clientToken":"`+id+`","cluster":"`+cluster+`","count":2,"enableECSManagedTags":true,"enableExecuteCommand":true,"group":"jobs",`+
		`"launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"assignPublicIp":"ENABLED","securityGroups":["sg-1"],"subnets":["subnet-1"]}},`+
		`"overrides":{"containerOverrides":[{"command":["a"],"name":"app"}]},"placementConstraints":[{"type":"distinctInstance"}],`+
		`"placementStrategy":[{"field":"host","type":"spread"}],"platformVersion":"1.4.0","propagateTags":"TASK_DEFINITION","referenceId":"ref",`+
		`"startedBy":"events-rule/nightly","tags":[{"key":"k","value":"v"}],"taskDefinition":"job"}`)
}

func TestWhoHasStartedATask(t *testing.T) {
	d := ofTask("")
	d.Name = strings.Repeat("n", 60)
	if got := startedBy(d); got != "events-rule/"+d.Name {
		t.Errorf("by a rule: %s", got)
	}
	d.FromSchedule, d.Name = true, "gold-coast-data-lake"
	if got := startedBy(d); got != "chronos-schedule/gold-coast-data-lak" { // as field reports have it
		t.Errorf("by a schedule: %s", got)
	}
	d.Name = "a"
	if got := startedBy(d); got != "chronos-schedule/a" {
		t.Errorf("by a schedule: %s", got)
	}
}

func TestInputsThatAreNoOverrides(t *testing.T) {
	for _, body := range []string{"", "17", "null", `"x"`, "[1]", `{"hello":"not-an-override"}`, `{"version":"0","id":"x","detail":{"containerOverrides":[]}}`} {
		targets, aws := sentTo(t, map[string]string{"RunTask": `200 {"tasks":[{"taskArn":"x"}]}`})
		becomes(t, targets, ofTask(body), delivery.Sent, "", "")
		if strings.Contains(aws.got[0], "overrides") {
			t.Errorf("%s has overrides: %s", body, aws.got)
		}
	}
	targets, aws := sentTo(t, nil)
	becomes(t, targets, ofTask(`{"containerOverrides":"app"}`), delivery.Final, "INVALID_PARAMETER", "the input is no override")
	aws.gets(t)
}

// A schedule may have numbers for texts.
func TestTypesInTheInputOfASchedule(t *testing.T) {
	targets, aws := sentTo(t, map[string]string{"RunTask": `200 {"tasks":[{"taskArn":"x"}]}`})
	d := ofTask(`{"containerOverrides":[{"name":"app","cpu":"7","environment":[{"name":"A","value":1}]}]}`)
	d.FromSchedule = true
	becomes(t, targets, d, delivery.Sent, "", "")
	if want := `"overrides":{"containerOverrides":[{"cpu":7,"environment":[{"name":"A","value":"1"}],"name":"app"}]}`; !strings.Contains(aws.got[0], want) {
		t.Errorf("%s, want %s", aws.got, want)
	}
}

func TestWhatBecomesOfRunTask(t *testing.T) {
	for answer, want := range map[string]delivery.Outcome{
		`200 {"tasks":[{}],"failures":[{"reason":"RESOURCE:CPU"}]}`:                         sent,
		`200 {"tasks":[],"failures":[{"reason":"RESOURCE:CPU"},{"reason":"RESOURCE:CPU"}]}`: retry("RESOURCE_LIMIT_EXCEEDED", "RunTask has started no task: RESOURCE:CPU"),
		`200 {"tasks":[],"failures":[{"arn":"x","reason":"MISSING"}]}`:                      sent,
		`200 x`: sent,
		`400 {"__type":"ConflictException","message":"m"}`:                       sent,
		`400 {"__type":"InvalidParameterException","message":"m"}`:               final("INVALID_PARAMETER", "m (Service: AmazonECS; Status Code: 400; Error Code: InvalidParameterException; Request ID: ; Proxy: null)"),
		`400 {"__type":"ClientException","message":"TaskDefinition not found."}`: final("INVALID_PARAMETER", "TaskDefinition not found. (Service: AmazonECS; Status Code: 400; Error Code: ClientException; Request ID: ; Proxy: null)"),
		`400 {"__type":"ClusterNotFoundException","message":"m"}`:                final("NO_RESOURCE", "m (Service: AmazonECS; Status Code: 400; Error Code: ClusterNotFoundException; Request ID: ; Proxy: null)"),
		`400 {"__type":"AccessDeniedException","message":"m"}`:                   final("NO_PERMISSIONS", "m (Service: AmazonECS; Status Code: 400; Error Code: AccessDeniedException; Request ID: ; Proxy: null)"),
		`400 {"__type":"ThrottlingException","message":"m"}`:                     retry("THROTTLING", "m (Service: AmazonECS; Status Code: 400; Error Code: ThrottlingException; Request ID: ; Proxy: null)"),
		`400 {"__type":"LimitExceededException","message":"m"}`:                  retry("RESOURCE_LIMIT_EXCEEDED", "m (Service: AmazonECS; Status Code: 400; Error Code: LimitExceededException; Request ID: ; Proxy: null)"),
		`500 {"__type":"ServerException","message":"m"}`:                         retry("INTERNAL_ERROR", "m (Service: AmazonECS; Status Code: 500; Error Code: ServerException; Request ID: ; Proxy: null)"),
	} {
		targets, _ := sentTo(t, map[string]string{"RunTask": answer})
		if got := targets.Send(t.Context(), ofTask("")); got != want {
			t.Errorf("%s: %+v, want %+v", answer, got, want)
		}
	}
}

func TestARoleThatCannotBeAssumed(t *testing.T) {
	targets, aws := sentTo(t, nil)
	asked := ""
	targets.Assumes = func(service, forARN, role string) bool {
		asked = service + " " + forARN + " " + role
		return false
	}
	d := ofTask("")
	becomes(t, targets, d, delivery.Final, "FAILED_TO_ASSUME_ROLE", "User: events.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: "+role+
		" (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: ")
	if want := "events.amazonaws.com " + d.Source + " " + role; asked != want {
		t.Errorf("asked for %s", asked)
	}
	d.FromSchedule, d.Source = true, "arn:aws:scheduler:us-east-1:111122223333:schedule/jobs/nightly"
	becomes(t, targets, d, delivery.Final, "FAILED_TO_ASSUME_ROLE", "User: scheduler.amazonaws.com")
	if want := "scheduler.amazonaws.com arn:aws:scheduler:us-east-1:111122223333:schedule-group/jobs " + role; asked != want {
		t.Errorf("asked for %s", asked)
	}
	other := of(bus, "{}")
	other.RoleARN = role
	becomes(t, targets, other, delivery.Final, "NO_PERMISSIONS", "Lack of permissions to invoke cross account target.")
	aws.gets(t)
}
