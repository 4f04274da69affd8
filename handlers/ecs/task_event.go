package ecs

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/wire"
	"github.com/google/uuid"
)

// TaskStateChange is the event that ECS sends to EventBridge for a change of a task,
// as JSON. The same change always makes the same event.
//
// It stands beside what DescribeTasks answers because the two differ in little: times
// are text, and some members are missing. Whoever delivers events gets it as a
// function.
//
// Source: recorded EventBridge events of Fargate tasks (ECS0070); field reports of tasks on
// container instances.
func TaskStateChange(tx *state.Tx, e state.TaskEvent) []byte {
	var def *types.TaskDefinition
	if row := tx.TaskDefinition(e.Value.Scope(), e.Value.Spec.Family, e.Value.Spec.Revision); row != nil {
		def = row.Definition()
	}
	return taskStateChange(e, def)
}

// taskStateChange is the event of a task that was made of def; nil where that is gone.
func taskStateChange(e state.TaskEvent, def *types.TaskDefinition) []byte {
	t, scope := e.Value, e.Value.Scope()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(event{
		Version: "0", ID: eventID(t), DetailType: "ECS Task State Change", Source: "aws.ecs",
		Account: scope.Account, Time: e.At.UTC().Format("2006-01-02T15:04:05Z"), Region: scope.Region,
		Resources: []string{t.ARN}, Detail: wire.Marshal(newTaskDetail(e, def)),
	})
	if err != nil {
		panic("ecs: encode a task event: " + err.Error()) // wire makes valid JSON
	}
	return bytes.TrimSpace(text.Bytes())
}

// event is EventBridge's envelope.
type event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// eventID follows from the task and its version, of which there is one event.
func eventID(t *state.Task) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(t.ARN+"#"+strconv.FormatInt(t.Version, 10))).String()
}

// taskDetail is a task as events show it. Beside those that have text for a time, its
// members are those of [types.Task] that events have.
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
	ContainerOverrides []types.ContainerOverride
	Cpu                *string
	EphemeralStorage   *types.EphemeralStorage
	ExecutionRoleArn   *string
	//lint:ignore SA1019 events of tasks on container instances have the retired list
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
	Memory            *string
	MemoryReservation *string
	Name              *string
	NetworkBindings   []types.NetworkBinding
	NetworkInterfaces []types.NetworkInterface
	Reason            *string
	RuntimeId         *string
	TaskArn           *string
}

func newTaskDetail(e state.TaskEvent, def *types.TaskDefinition) *taskDetail {
	t := describeTask(e.Value, def)
	onInstance := e.Value.Spec.LaunchType != types.LaunchTypeFargate
	if onInstance {
		showHealth(&t, e.Value)
	}
	detail := &taskDetail{
		Attachments: t.Attachments, Attributes: t.Attributes, AvailabilityZone: t.AvailabilityZone,
		CapacityProviderName: t.CapacityProviderName, ClusterArn: t.ClusterArn,
		Connectivity: t.Connectivity, ConnectivityAt: eventTime(t.ConnectivityAt),
		ContainerInstanceArn: t.ContainerInstanceArn,
		Containers:           containerDetails(t.Containers), Cpu: t.Cpu, CreatedAt: eventTime(t.CreatedAt),
		DesiredStatus: t.DesiredStatus, EnableExecuteCommand: t.EnableExecuteCommand,
		EphemeralStorage: t.EphemeralStorage, ExecutionStoppedAt: eventTime(t.ExecutionStoppedAt),
		Group: t.Group, HealthStatus: t.HealthStatus, LastStatus: t.LastStatus, LaunchType: t.LaunchType, Memory: t.Memory,
		Overrides: newOverridesDetail(t.Overrides), PlatformVersion: t.PlatformVersion,
		PullStartedAt: eventTime(t.PullStartedAt), PullStoppedAt: eventTime(t.PullStoppedAt),
		StartedAt: eventTime(t.StartedAt), StartedBy: t.StartedBy, StopCode: t.StopCode,
		StoppedAt: eventTime(t.StoppedAt), StoppedReason: t.StoppedReason, StoppingAt: eventTime(t.StoppingAt),
		TaskArn: t.TaskArn, TaskDefinitionArn: t.TaskDefinitionArn, UpdatedAt: eventTime(&e.At), Version: t.Version,
	}
	if onInstance {
		//lint:ignore SA1019 events of tasks on container instances have the retired list
		detail.Overrides.InferenceAcceleratorOverrides = t.Overrides.InferenceAcceleratorOverrides
		for i := range detail.Containers {
			detail.Containers[i].NetworkBindings = t.Containers[i].NetworkBindings
		}
	}
	eni := "eni"
	for i := range detail.Attachments {
		detail.Attachments[i].Type = &eni
	}
	return detail
}

func containerDetails(containers []types.Container) []containerDetail {
	details := make([]containerDetail, len(containers))
	for i, c := range containers {
		details[i] = containerDetail{
			ContainerArn: c.ContainerArn, Cpu: c.Cpu, ExitCode: c.ExitCode, GpuIds: c.GpuIds, HealthStatus: c.HealthStatus, Image: c.Image, ImageDigest: c.ImageDigest,
			LastStatus: c.LastStatus, Memory: c.Memory, MemoryReservation: c.MemoryReservation, Name: c.Name,
			NetworkInterfaces: c.NetworkInterfaces, Reason: c.Reason, RuntimeId: c.RuntimeId, TaskArn: c.TaskArn,
		}
	}
	return details
}

// eventTime is a time in an event: milliseconds without trailing zeros.
func eventTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.999Z")
	return &text
}
