package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// OverrideMembers are the tables of what becomes of a task's overrides.
var OverrideMembers = []member.Table{
	member.Of[types.TaskOverride]("Overrides: `overrides` of RunTask",
		member.Act("cpu", "memory"),
		member.Keep("ephemeralStorage.sizeInGiB", "shown in tasks; the engine's disk limits what they write"),
		member.ActInPart("executionRoleArn", asExecution),
		member.Refuse("inferenceAcceleratorOverrides", "AWS has retired Elastic Inference"),
		member.ActInPart("taskRoleArn", asTask),
	),
	member.Of[types.ContainerOverride]("Container overrides: `overrides.containerOverrides[]` of RunTask",
		member.Act("command", "cpu", "environmentFiles[].type", "environment[].name", "environment[].value", "memory", "memoryReservation", "name"),
		member.ActInPart("environmentFiles[].value", anEnvironmentFile),
		member.ActOnly("resourceRequirements[].type", "GPU", "GPUs are counted and named; containers do not get the devices"),
		member.Refuse("resourceRequirements[].sharingStrategy", "needs GPUs that containers share"),
		member.ActInPart("resourceRequirements[].value", numberOfGPUs),
	),
}
