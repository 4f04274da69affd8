package taskdef

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
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
	numberOfGPUs    = "a number; ALL is refused"
	aHostPath       = "a path of the container engine's host, which all container instances share, below one of `--allow-host-path`; made if it is missing"
	noDomain        = "mounting a file system needs no permission of a directory"
	aDockerVolume   = "of the container engine, which all container instances share"
	namesInHostMode = "in host mode those of all containers of the task that have any"
)

var definitionOnInstances = slices.Concat(
	member.ActInPart("ipcMode", "the host is the container instance"),
	member.Act("networkMode"),
	member.ActInPart("pidMode", "the host is the container instance"),
	member.Act("placementConstraints[].expression", "placementConstraints[].type"),
)

var containerOnInstances = slices.Concat(
	member.Act("disableNetworking"),
	member.ActInPart("dnsSearchDomains", namesInHostMode),
	member.ActInPart("dnsServers", namesInHostMode+"; in bridge mode the engine's own resolver asks them"),
	member.ActInPart("dockerSecurityOptions", "`no-new-privileges`, `apparmor:` and `label:`, in the engine's terms and on its host; others, as `seccomp`, get no further on AWS either. "+
		"`apparmor:` and `label:` need a container instance whose user data has `ECS_APPARMOR_CAPABLE=true` or `ECS_SELINUX_CAPABLE=true`, as on AWS"),
	member.ActInPart("extraHosts[].hostname", namesInHostMode),
	member.Act("extraHosts[].ipAddress"),
	member.ActInPart("hostname", "refused in host mode, where a container has that of its container instance: AWS takes one there, but an engine gives none to a container that joins another network"),
	member.ActInPart("links", "by name; environment variables tell of the ports and the environment that the definition has, not the image"),
	member.ActInPart("linuxParameters.capabilities.add", "`"+strings.Join(hostCapabilities, "`, `")+"` reach the engine's host: with `--allow-privileged`; refused otherwise"),
	member.ActInPart("linuxParameters.devices[].hostPath", "a device of the engine's host, which has to be one of `--allow-host-path` but for `/dev/fuse`, `/dev/net/tun`, `/dev/null` and their like"),
	member.Act("linuxParameters.devices[].containerPath", "linuxParameters.devices[].permissions"),
	member.ActInPart("linuxParameters.maxSwap", "where the engine accounts for swap; it needs `memory`"),
	member.Act("linuxParameters.sharedMemorySize"),
	member.ActInPart("linuxParameters.swappiness", "with `maxSwap`, and control groups of version 1"),
	member.ActOnlyAs("logConfiguration.logDriver", []string{"awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "splunk", "syslog"},
		"where the engine has the driver; what it can read of the output `ecs-emulator logs` has as well, and for awslogs all of it"),
	member.ActInPart("privileged", "with `--allow-privileged`; refused otherwise"),
	member.ActOnly("resourceRequirements[].type", "GPU", "GPUs are counted and named; containers do not get the devices"),
	member.Refuse("resourceRequirements[].sharingStrategy", "needs GPUs that containers share"),
	member.ActInPart("resourceRequirements[].value", numberOfGPUs),
	member.ActInPart("systemControls[].namespace", "AWS has no net. in host mode and no IPC ones in ipcMode `host`: the container does not start"),
)

var volumeOnInstances = slices.Concat(
	member.Act("dockerVolumeConfiguration.autoprovision", "dockerVolumeConfiguration.labels"),
	member.ActInPart("dockerVolumeConfiguration.driver", "container instances announce `local` and `amazon-ecs-volume-plugin`, as on AWS, so tasks with another one find no place; the engine has to have it"),
	member.ActInPart("dockerVolumeConfiguration.driverOpts", "a `device` of the container engine's host has to be one of `--allow-host-path`"),
	member.ActInPart("dockerVolumeConfiguration.scope", aDockerVolume),
	member.Keep("fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter", noDomain),
	member.Keep("fsxWindowsFileServerVolumeConfiguration.authorizationConfig.domain", noDomain),
	member.ActInPart("fsxWindowsFileServerVolumeConfiguration.fileSystemId", aFileSystem),
	member.ActInPart("fsxWindowsFileServerVolumeConfiguration.rootDirectory", aFolder+"; the share `share` is its root"),
	member.ActInPart("host.sourcePath", aHostPath),
)
