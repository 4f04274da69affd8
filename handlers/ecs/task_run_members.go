package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/member"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// runTaskTable and startTaskTable say what becomes of the members of RunTask and StartTask;
// overrides have tables of their own.
var (
	runTaskTable = member.Of[ecs.RunTaskInput]("RunTask", newTaskMembers, capacityMembers, launchTypeMembers,
		member.Act(
			"clientToken", "count", "placementConstraints[].expression", "placementConstraints[].type",
			"placementStrategy[].field", "placementStrategy[].type",
		),
	)
	startTaskTable = member.Of[ecs.StartTaskInput]("StartTask", newTaskMembers, member.Act("containerInstances"))
)

// newTaskMembers are what both operations have.
var newTaskMembers = slices.Concat(
	member.Act(
		"cluster", "enableECSManagedTags", "group", "propagateTags", "tags[].key", "tags[].value", "taskDefinition",
	),
	member.ActInPart("enableExecuteCommand", execIsShown),
	// A choice: AWS documents letters, digits, hyphens, slashes and underscores, while the
	// names of EventBridge's rules, which start tasks by them, may hold dots.
	member.ActInPart("startedBy", "up to 128 bytes of any characters, where AWS documents letters, digits, `-`, `/` and `_`"),
	member.Keep("referenceId", "AWS shows it in no answer either"),
	member.Act("volumeConfigurations[].name"),
)

var (
	runTaskMembers = member.NewPlan[ecs.RunTaskInput](
		slices.Concat([]member.Table{runTaskTable, networkTable, taskVolumeTable}, taskdef.OverrideMembers)...)
	startTaskMembers = member.NewPlan[ecs.StartTaskInput](
		slices.Concat([]member.Table{startTaskTable, networkTable, taskVolumeTable}, taskdef.OverrideMembers)...)
)

// What RunTask and services have in common.
var (
	capacityMembers = slices.Concat(
		member.Act("capacityProviderStrategy[].base", "capacityProviderStrategy[].capacityProvider", "capacityProviderStrategy[].weight"),
		member.Keep("platformVersion", "tasks show it; there is one platform, the engine"),
	)
	launchTypeMembers = member.Act("launchType")
)

const (
	execIsShown = "it needs a task role, and tasks and services show it; containers have no agent for it yet, and ExecuteCommand is refused"
	noMetrics   = "there is no CloudWatch"
)

var networkTable = member.Of[types.AwsVpcConfiguration]("Network: `networkConfiguration.awsvpcConfiguration`",
	member.ActInPart("assignPublicIp", "the address is only shown: nothing answers there"),
	member.Act("securityGroups"),
	member.Act("subnets"),
)
