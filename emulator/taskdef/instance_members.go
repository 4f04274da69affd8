package taskdef

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/member"
)

// InstanceMembers are the tables of the members of which something else becomes on a
// container instance than on Fargate.
var InstanceMembers = []member.Table{
	member.Of[ecs.RegisterTaskDefinitionInput]("Task definition on EC2 and EXTERNAL, where that is not as on Fargate", definitionOnInstances),
	member.Of[types.ContainerDefinition]("Container definition on EC2 and EXTERNAL: `containerDefinitions[]`, where that is not as on Fargate", containerOnInstances),
	member.Of[types.Volume]("Volume on EC2 and EXTERNAL: `volumes[]`, where that is not as on Fargate", volumeOnInstances),
}

// onInstances is the plan of a definition, as it is stored, of tasks on container
// instances.
var onInstances = member.NewPlan[types.TaskDefinition](
	member.Of[types.TaskDefinition]("", member.Instead(definitionMembers, definitionOnInstances), answeredMembers),
	member.Of[types.ContainerDefinition]("", member.Instead(containerMembers, containerOnInstances)),
	member.Of[types.Volume]("", member.Instead(volumeMembers, volumeOnInstances)),
)

const (
	onlyOnInstances = "AWS takes it on container instances; tasks there have what those on Fargate have"
	noHostFiles     = "needs files of the container instance"
)

var definitionOnInstances = slices.Concat(
	member.Refuse("inferenceAccelerators", "AWS has retired Elastic Inference"),
	member.Refuse("ipcMode", "needs containers that share an IPC namespace"),
	member.Act("networkMode", "placementConstraints[].expression", "placementConstraints[].type"),
)

var containerOnInstances = slices.Concat(
	member.Refuse("disableNetworking", onlyOnInstances),
	member.Refuse("dnsSearchDomains", onlyOnInstances),
	member.Refuse("dnsServers", onlyOnInstances),
	member.Refuse("dockerSecurityOptions", onlyOnInstances),
	member.Refuse("extraHosts", onlyOnInstances),
	member.Refuse("hostname", onlyOnInstances),
	member.Refuse("links", "needs containers that are linked"),
	member.Act("linuxParameters.capabilities.add"),
	member.Refuse("linuxParameters.devices", "needs devices of the container instance"),
	member.Refuse("linuxParameters.maxSwap", onlyOnInstances),
	member.Refuse("linuxParameters.sharedMemorySize", onlyOnInstances),
	member.Refuse("linuxParameters.swappiness", onlyOnInstances),
	member.ActOnlyAs("logConfiguration.logDriver", []string{"awslogs", "json-file"}, "`ecs-emulator logs` has the output"),
	member.Refuse("privileged", onlyOnInstances),
	member.ActOnly("resourceRequirements[].type", "GPU", "GPUs are counted and named; containers do not get the devices"),
	member.Refuse("resourceRequirements[].sharingStrategy", "needs GPUs that containers share"),
	member.ActInPart("resourceRequirements[].value", "a number; ALL is refused"),
)

var volumeOnInstances = slices.Concat(
	member.Refuse("dockerVolumeConfiguration", noHostFiles),
	member.Refuse("fsxWindowsFileServerVolumeConfiguration", "needs FSx for Windows File Server"),
	member.Refuse("host.sourcePath", noHostFiles),
)
