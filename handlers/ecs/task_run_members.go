package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/member"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// runTaskTable says what becomes of the members of RunTask; overrides have tables of
// their own.
var runTaskTable = member.Of[ecs.RunTaskInput]("RunTask", capacityMembers, launchTypeMembers, placementMembers,
	member.Act(
		"clientToken", "cluster", "count", "enableECSManagedTags", "group", "propagateTags", "startedBy",
		"tags[].key", "tags[].value", "taskDefinition",
	),
	member.Refuse("enableExecuteCommand", needsExec),
	member.Keep("referenceId", "AWS shows it in no answer either"),
	member.Refuse("volumeConfigurations", needsEBS),
)

var runTaskMembers = member.NewPlan[ecs.RunTaskInput](
	slices.Concat([]member.Table{runTaskTable, networkTable}, taskdef.OverrideMembers)...)

// What RunTask and services have in common.
var (
	capacityMembers = slices.Concat(
		member.Act("capacityProviderStrategy[].base", "capacityProviderStrategy[].capacityProvider", "capacityProviderStrategy[].weight"),
		member.Keep("platformVersion", "tasks show it; there is one platform, the engine"),
	)
	launchTypeMembers = member.ActInPart("launchType", "EC2 and EXTERNAL find no container instances")
	placementMembers  = slices.Concat(
		member.RefuseAs("placementConstraints", "Placement constraints are not supported with FARGATE launch type."),
		member.RefuseAs("placementStrategy", "Placement strategies are not supported with FARGATE launch type."),
	)
)

const (
	needsExec = "needs ECS Exec sessions"
	needsEBS  = "needs EBS volumes"
	noMetrics = "there is no CloudWatch"
)

var networkTable = member.Of[types.AwsVpcConfiguration]("Network: `networkConfiguration.awsvpcConfiguration`",
	member.Keep("assignPublicIp", "tasks are reached without a public address"),
	member.Keep("securityGroups", "they are looked up and filter nothing"),
	member.Act("subnets"),
)
