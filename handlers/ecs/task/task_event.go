package task

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// StateChange is the event of a change of a task.
//
// It stands beside what DescribeTasks answers because the two differ in little: times
// are text, and some members are missing.
//
// Source: recorded EventBridge events of Fargate tasks (ECS0070); field reports of tasks on
// container instances.
func StateChange(tx *store.Tx, t *state.Task, at time.Time) []byte {
	return kit.NewEvent("ECS Task State Change", t.ARN, t.Version, at, newTaskDetail(t, taskDefinitionOf(tx, t), at))
}

// taskDetail is a task as events show it. Beside those that have text for a time, its
// members are the members of [types.Task] that events have.
type taskDetail struct {
	Attachments          []types.Attachment
	Attributes           []types.Attribute
	AvailabilityZone     *string
	CapacityProviderName *string
	ClusterArn           *string
	Connectivity         types.Connectivity
	ConnectivityAt       *string
	ContainerInstanceArn *string
	Containers           []containerDetail
	Cpu                  *string
	CreatedAt            *string
	DesiredStatus        *string
	EnableExecuteCommand bool
	EphemeralStorage     *types.EphemeralStorage
	ExecutionStoppedAt   *string
	Group                *string
	HealthStatus         types.HealthStatus
	LastStatus           *string
	LaunchType           types.LaunchType
	Memory               *string
	Overrides            overridesDetail
	PlatformVersion      *string
	PullStartedAt        *string
	PullStoppedAt        *string
	StartedAt            *string
	StartedBy            *string
	StopCode             types.TaskStopCode
	StoppedAt            *string
	StoppedReason        *string
	StoppingAt           *string
	TaskArn              *string
	TaskDefinitionArn    *string
	UpdatedAt            *string
	Version              int64
}

// overridesDetail are overrides, on Fargate without the retired list. Unverified: recorded events
// are of tasks whose overrides are of containers only; that the others show as
// DescribeTasks has them follows from what is documented of events.
type overridesDetail struct {
	ContainerOverrides            []types.ContainerOverride
	Cpu                           *string
	EphemeralStorage              *types.EphemeralStorage
	ExecutionRoleArn              *string
	InferenceAcceleratorOverrides []types.InferenceAcceleratorOverride
	Memory                        *string
	TaskRoleArn                   *string
}

func newOverridesDetail(o *types.TaskOverride) overridesDetail {
	return overridesDetail{
		ContainerOverrides: o.ContainerOverrides, Cpu: o.Cpu, EphemeralStorage: o.EphemeralStorage,
		ExecutionRoleArn: o.ExecutionRoleArn, Memory: o.Memory, TaskRoleArn: o.TaskRoleArn,
	}
}

// containerDetail is a container as events show it.
type containerDetail struct {
	ContainerArn      *string
	Cpu               *string
	ExitCode          *int32
	GpuIds            []string
	HealthStatus      types.HealthStatus
	Image             *string
	ImageDigest       *string
	LastStatus        *string
	ManagedAgents     []managedAgentDetail
	Memory            *string
	MemoryReservation *string
	Name              *string
	NetworkBindings   []types.NetworkBinding
	NetworkInterfaces []types.NetworkInterface
	Reason            *string
	RuntimeId         *string
	TaskArn           *string
}

func newTaskDetail(task *state.Task, def *types.TaskDefinition, at time.Time) *taskDetail {
	t := describeTask(task, def)
	onInstance := task.Spec.LaunchType != types.LaunchTypeFargate
	if onInstance {
		showHealth(&t, task)
	}
	detail := &taskDetail{
		Attachments: t.Attachments, Attributes: t.Attributes, AvailabilityZone: t.AvailabilityZone,
		CapacityProviderName: t.CapacityProviderName, ClusterArn: t.ClusterArn,
		Connectivity: t.Connectivity, ConnectivityAt: kit.EventTime(t.ConnectivityAt),
		ContainerInstanceArn: t.ContainerInstanceArn,
		Containers:           containerDetails(t.Containers), Cpu: t.Cpu, CreatedAt: kit.EventTime(t.CreatedAt),
		DesiredStatus: t.DesiredStatus, EnableExecuteCommand: t.EnableExecuteCommand,
		EphemeralStorage: t.EphemeralStorage, ExecutionStoppedAt: kit.EventTime(t.ExecutionStoppedAt),
		Group: t.Group, HealthStatus: t.HealthStatus, LastStatus: t.LastStatus, LaunchType: t.LaunchType, Memory: t.Memory,
		Overrides: newOverridesDetail(t.Overrides), PlatformVersion: t.PlatformVersion,
		PullStartedAt: kit.EventTime(t.PullStartedAt), PullStoppedAt: kit.EventTime(t.PullStoppedAt),
		StartedAt: kit.EventTime(t.StartedAt), StartedBy: t.StartedBy, StopCode: t.StopCode,
		StoppedAt: kit.EventTime(t.StoppedAt), StoppedReason: t.StoppedReason, StoppingAt: kit.EventTime(t.StoppingAt),
		TaskArn: t.TaskArn, TaskDefinitionArn: t.TaskDefinitionArn, UpdatedAt: kit.EventTime(&at), Version: t.Version,
	}
	if onInstance {
		//lint:ignore SA1019 events of tasks on container instances have the retired list
		detail.Overrides.InferenceAcceleratorOverrides = t.Overrides.InferenceAcceleratorOverrides
		for i := range detail.Containers {
			detail.Containers[i].NetworkBindings = slices.DeleteFunc(t.Containers[i].NetworkBindings, isPortRange)
		}
	}
	for i, a := range detail.Attachments {
		detail.Attachments[i].Type = aws.String(attachmentTypes[*a.Type])
	}
	return detail
}

// isPortRange tells what events do not have.
// Source: ECS developer guide, task definition parameters, containerPortRange.
func isPortRange(b types.NetworkBinding) bool { return b.ContainerPortRange != nil }

func containerDetails(containers []types.Container) []containerDetail {
	details := make([]containerDetail, len(containers))
	for i, c := range containers {
		details[i] = containerDetail{
			ContainerArn: c.ContainerArn, Cpu: c.Cpu, ExitCode: c.ExitCode, GpuIds: c.GpuIds, HealthStatus: c.HealthStatus, Image: c.Image, ImageDigest: c.ImageDigest,
			LastStatus: c.LastStatus, ManagedAgents: managedAgentDetails(c.ManagedAgents), Memory: c.Memory, MemoryReservation: c.MemoryReservation, Name: c.Name,
			NetworkInterfaces: c.NetworkInterfaces, Reason: c.Reason, RuntimeId: c.RuntimeId, TaskArn: c.TaskArn,
		}
	}
	return details
}
