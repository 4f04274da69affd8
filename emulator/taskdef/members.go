package taskdef

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/member"
)

// Members are the tables of what becomes of a task definition's members when a task on
// Fargate is made of it. RegisterTaskDefinition takes them all, as far as ECS does.
var Members = []member.Table{
	member.Of[ecs.RegisterTaskDefinitionInput]("Task definition: RegisterTaskDefinition", definitionMembers, member.Act("tags[].key", "tags[].value")),
	containerTable, volumeTable,
}

var (
	containerTable = member.Of[types.ContainerDefinition]("Container definition: `containerDefinitions[]`", containerMembers)
	volumeTable    = member.Of[types.Volume]("Volume: `volumes[]`", volumeMembers)
)

// Unsupported finds the first member of a registered definition that no task of a launch
// type can have, as a path such as "containerDefinitions[0].secrets": rather than run less
// than it says, what starts tasks must refuse it.
func Unsupported(def *types.TaskDefinition, launchType types.LaunchType) (path string, found bool) {
	if launchType == types.LaunchTypeFargate {
		return registered.Refused(def)
	}
	if path, found := onInstances.Refused(def); found {
		return path, true
	}
	for i := range def.ContainerDefinitions {
		for j, need := range def.ContainerDefinitions[i].ResourceRequirements {
			if need.Value != nil && *need.Value == allGPUs {
				return fmt.Sprintf("containerDefinitions[%d].resourceRequirements[%d].value %s", i, j, allGPUs), true
			}
		}
	}
	return "", false
}

// registered is the plan of a definition as it is stored.
var registered = member.NewPlan[types.TaskDefinition](containerTable, volumeTable,
	member.Of[types.TaskDefinition]("", definitionMembers, answeredMembers))

// answeredMembers are what ECS adds to a definition, which no request has.
var answeredMembers = member.Act(
	"compatibilities", "deleteRequestedAt", "deregisteredAt", "registeredAt", "registeredBy", "requiresAttributes[].name",
	"requiresAttributes[].targetId", "requiresAttributes[].targetType", "requiresAttributes[].value", "revision", "status",
	"taskDefinitionArn",
)

const (
	noCredentials = "containers get no credentials, and images are pulled with the engine's own"
	noParameters  = "needs Systems Manager and Secrets Manager"
	onFargateNo   = "Fargate compatible task definitions do not support "
	inAwsvpcNot   = " not supported on container when networkMode=awsvpc."
)

var definitionMembers = slices.Concat(
	member.Act("cpu", "family", "memory", "requiresCompatibilities", "runtimePlatform.cpuArchitecture"),
	member.Refuse("enableFaultInjection", "needs the fault injection endpoints of task metadata"),
	member.Keep("ephemeralStorage.sizeInGiB", "tasks show it; what they write is bounded by the engine's disk"),
	member.Keep("executionRoleArn", noCredentials),
	member.RefuseAs("inferenceAccelerators", "Unsupported field 'inferenceAccelerators'."),
	member.RefuseAs("ipcMode", onFargateNo+"ipcMode"),
	member.ActOnly("networkMode", "awsvpc", "AWS has no other on Fargate"),
	member.Refuse("pidMode", "needs containers that share a process namespace"),
	member.RefuseAs("placementConstraints", onFargateNo+"constraints"),
	member.Refuse("proxyConfiguration", "needs App Mesh"),
	member.ActOnly("runtimePlatform.operatingSystemFamily", "LINUX", "Windows containers are not run"),
	member.Keep("taskRoleArn", noCredentials),
)

var volumeMembers = slices.Concat(
	member.Act("name"),
	member.Refuse("configuredAtLaunch", "needs EBS volumes"),
	member.RefuseAs("dockerVolumeConfiguration", onFargateNo+"dockerVolumeConfiguration"),
	member.Refuse("efsVolumeConfiguration", "needs EFS"),
	member.RefuseAs("fsxWindowsFileServerVolumeConfiguration", onFargateNo+"fsxWindowsFileServerVolumeConfiguration"),
	member.RefuseAs("host.sourcePath", onFargateNo+"sourcePath"),
	member.Refuse("s3filesVolumeConfiguration", "needs S3 Files"),
)
