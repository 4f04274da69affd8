package taskdef

import (
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
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

// Unsupported are the members of a registered definition that no task of a launch type
// can have, as paths such as "containerDefinitions[0].secrets": rather than run less than
// it says, what starts tasks must refuse it.
func Unsupported(def *types.TaskDefinition, launchType types.LaunchType) (paths []string) {
	for _, found := range unsupported(def, launchType) {
		paths = append(paths, found.String())
	}
	return paths
}

func unsupported(def *types.TaskDefinition, launchType types.LaunchType) []member.Found {
	if launchType == types.LaunchTypeFargate {
		return registered.FindRefused(def)
	}
	members := append(onInstances.FindRefused(def), hostNamesOnHost(def)...)
	for i := range def.ContainerDefinitions {
		members = append(members, needsAllGPUs(fmt.Sprintf("containerDefinitions[%d]", i), def.ContainerDefinitions[i].ResourceRequirements)...)
	}
	return members
}

// MembersOn are the members of a request that tasks of a launch type cannot have, and those that
// have no effect on them.
func MembersOn(launchType types.LaunchType, in *ecs.RegisterTaskDefinitionInput) (refused, kept []member.Found) {
	def := definition(in)
	if launchType == types.LaunchTypeFargate {
		return unsupported(def, launchType), registered.FindKept(def)
	}
	return unsupported(def, launchType), onInstances.FindKept(def)
}

// UnsupportedOverride is what no task can have of an override, beside the members that
// OverrideMembers refuse.
func UnsupportedOverride(o *types.TaskOverride) (members []member.Found) {
	if o == nil {
		return nil
	}
	for i := range o.ContainerOverrides {
		members = append(members, needsAllGPUs(fmt.Sprintf("overrides.containerOverrides[%d]", i), o.ContainerOverrides[i].ResourceRequirements)...)
	}
	return members
}

// hostNamesOnHost are containers in host mode that would have a host name of their own, as
// Docker gives one there: here it has the network of its container instance, which is a
// sandbox, and Docker gives none to a container that joins another one's network.
// Source: Docker documentation, docker run, network host and container.
func hostNamesOnHost(def *types.TaskDefinition) (members []member.Found) {
	if def.NetworkMode != types.NetworkModeHost {
		return nil
	}
	for i := range def.ContainerDefinitions {
		if c := &def.ContainerDefinitions[i]; value(c.Hostname) != "" && !isTrue(c.DisableNetworking) {
			members = append(members, member.Found{Path: fmt.Sprintf("containerDefinitions[%d].hostname", i), Value: "in networkMode host"})
		}
	}
	return members
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
	asTask            = "containers on Docker find credentials of the role, in each network mode but none; its policies decide with --iam log or enforce"
	asExecution       = "the emulator acts for the task with a session of the role; the engine pulls images of the emulator's repositories with a login of the role, and others with repositoryCredentials or the user's docker login"
	noAppMesh         = "there is no App Mesh: traffic does not pass the proxy, whose container runs"
	aRegistryLogin    = "a secret of the emulator's own, or of `--upstream` with `--upstream-for`; an image that is there is not pulled (`--pull`)"
	onFargateNo       = "Fargate compatible task definitions do not support "
	inAwsvpcNot       = " not supported on container when networkMode=awsvpc."
	aSecret           = "a parameter or secret of the emulator's own, or of `--upstream` with `--upstream-for`; the policies of the execution role are not checked"
	anEnvironmentFile = "a file below `--s3-dir`, or an object of `--upstream`; without both the task does not start"
)

const (
	aFileSystem  = "a Docker volume for each file system, or a folder with `--file-system`"
	aFolder      = "a folder of the file system, which must exist"
	accessPoint  = "the folder of its id, in which everyone may write: only AWS knows the real one"
	notInTransit = "no file leaves the container engine's host"
)

var definitionMembers = slices.Concat(
	member.Act("cpu", "family", "memory", "requiresCompatibilities", "runtimePlatform.cpuArchitecture"),
	member.Refuse("enableFaultInjection", "needs the fault injection endpoints of task metadata"),
	member.Keep("ephemeralStorage.sizeInGiB", "shown in tasks; the engine's disk limits what they write"),
	member.ActInPart("executionRoleArn", asExecution),
	member.RefuseAs("inferenceAccelerators", "Unsupported field 'inferenceAccelerators'."),
	member.RefuseAs("ipcMode", onFargateNo+"ipcMode"),
	member.ActOnly("networkMode", "awsvpc", "AWS has no other on Fargate"),
	member.ActOnly("pidMode", "task", "AWS refuses `host`: "+noHostPID),
	member.RefuseAs("placementConstraints", onFargateNo+"constraints"),
	member.Keep("proxyConfiguration.containerName", noAppMesh),
	member.Keep("proxyConfiguration.properties[].name", noAppMesh),
	member.Keep("proxyConfiguration.properties[].value", noAppMesh),
	member.Keep("proxyConfiguration.type", noAppMesh),
	member.ActOnly("runtimePlatform.operatingSystemFamily", "LINUX", "Windows containers are not run"),
	member.ActInPart("taskRoleArn", asTask),
)

var volumeMembers = slices.Concat(
	member.Act("name"),
	member.ActInPart("configuredAtLaunch", "the EBS volume is one of the container engine"),
	member.RefuseAs("dockerVolumeConfiguration", onFargateNo+"dockerVolumeConfiguration"),
	member.ActInPart("efsVolumeConfiguration.authorizationConfig.accessPointId", accessPoint),
	member.Keep("efsVolumeConfiguration.authorizationConfig.iam", "mounting a file system needs no permission of IAM"),
	member.ActInPart("efsVolumeConfiguration.fileSystemId", aFileSystem),
	member.ActInPart("efsVolumeConfiguration.rootDirectory", aFolder),
	member.Keep("efsVolumeConfiguration.transitEncryption", notInTransit),
	member.Keep("efsVolumeConfiguration.transitEncryptionPort", notInTransit),
	member.RefuseAs("fsxWindowsFileServerVolumeConfiguration", onFargateNo+"fsxWindowsFileServerVolumeConfiguration"),
	member.RefuseAs("host.sourcePath", onFargateNo+"sourcePath"),
	member.ActInPart("s3filesVolumeConfiguration.accessPointArn", accessPoint),
	member.ActInPart("s3filesVolumeConfiguration.fileSystemArn", aFileSystem+"; there is no bucket behind it"),
	member.ActInPart("s3filesVolumeConfiguration.rootDirectory", aFolder),
	member.Keep("s3filesVolumeConfiguration.transitEncryptionPort", notInTransit),
)
