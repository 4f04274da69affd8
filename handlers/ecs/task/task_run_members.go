package task

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// RunTaskTable and startTaskTable say what becomes of the members of RunTask and StartTask;
// overrides have tables of their own.
var (
	RunTaskTable = member.Of[sdk.RunTaskInput]("RunTask", newTaskMembers, launch.CapacityMembers, launch.LaunchTypeMembers,
		member.Act(
			"clientToken", "count", "placementConstraints[].expression", "placementConstraints[].type",
			"placementStrategy[].field", "placementStrategy[].type",
		),
	)
	StartTaskTable = member.Of[sdk.StartTaskInput]("StartTask", newTaskMembers, member.Act("containerInstances"))
)

// newTaskMembers are what both operations have.
var newTaskMembers = slices.Concat(
	member.Act(
		"cluster", "enableECSManagedTags", "enableExecuteCommand", "group", "propagateTags", "tags[].key", "tags[].value", "taskDefinition",
	),
	// A choice: AWS documents letters, digits, hyphens, slashes and underscores, while the
	// names of EventBridge's rules, which start tasks by them, may hold dots, and Step Functions'
	// own has blanks.
	member.ActInPart("startedBy", "up to 128 bytes of any characters but control characters, where AWS documents letters, digits, `-`, `/` and `_`"),
	member.Keep("referenceId", "AWS shows it in no answer either"),
	member.Act("volumeConfigurations[].name"),
)

// The plans by which the members of both operations are refused.
var (
	RunTaskMembers = member.NewPlan[sdk.RunTaskInput](
		slices.Concat([]member.Table{RunTaskTable, launch.NetworkTable, launch.TaskVolumeTable}, taskdef.OverrideMembers)...)
	StartTaskMembers = member.NewPlan[sdk.StartTaskInput](
		slices.Concat([]member.Table{StartTaskTable, launch.NetworkTable, launch.TaskVolumeTable}, taskdef.OverrideMembers)...)
)
