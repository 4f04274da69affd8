package launch

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// The tables of managed EBS volumes: of RunTask and StartTask, and of services.
var (
	TaskVolumeTable = member.Of[types.TaskManagedEBSVolumeConfiguration](
		"Volume of a task: `volumeConfigurations[].managedEBSVolume` of RunTask and StartTask",
		managedVolumeMembers, member.Act("terminationPolicy.deleteOnTermination"))
	ServiceVolumeTable = member.Of[types.ServiceManagedEBSVolumeConfiguration](
		"Volume of a service's tasks: `volumeConfigurations[].managedEBSVolume` of CreateService and UpdateService",
		managedVolumeMembers)
)

const noEBS = "it has to be one that EC2 takes; the volume is one of the container engine"

var managedVolumeMembers = slices.Concat(
	member.Keep("encrypted", noEBS),
	member.Keep("filesystemType", "the volume has that of the container engine; tasks with ntfs fail"),
	member.Keep("iops", noEBS),
	member.Keep("kmsKeyId", noEBS),
	member.ActInPart("roleArn", "it has to trust ECS, unless unknown roles are taken"),
	member.Keep("sizeInGiB", "it has to be one that EC2 takes; what tasks write is bounded by the engine's disk"),
	member.Refuse("snapshotId", "needs EBS snapshots"),
	member.Act("tagSpecifications[].propagateTags", "tagSpecifications[].resourceType",
		"tagSpecifications[].tags[].key", "tagSpecifications[].tags[].value"),
	member.Keep("throughput", noEBS),
	member.Refuse("volumeInitializationRate", "needs EBS snapshots; without one AWS refuses it, too"),
	member.Keep("volumeType", noEBS),
)
