package ecs

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/wire"
)

// TasksOutput is the answer of RunTask and DescribeTasks.
type TasksOutput struct {
	Failures []types.Failure
	Tasks    []TaskAnswer
}

// TaskAnswer is a task in an answer. Its JSON is made once for each row and then
// copied; tags come last, because they are shown only where they were asked for.
type TaskAnswer struct {
	body []byte // the object without its tags and its closing brace
	tags []types.Tag
}

// AppendJSON implements wire.Appender.
func (t TaskAnswer) AppendJSON(buf []byte) []byte {
	buf = append(buf, t.body...)
	if len(t.tags) == 0 {
		return append(buf, `,"tags":[]}`...)
	}
	buf = append(buf, `,"tags":`...)
	return append(wire.Append(buf, t.tags), '}')
}

var _ wire.Appender = TaskAnswer{}

// taskAnswers shows tasks as they are in one snapshot.
type taskAnswers struct {
	describe func(*state.Task) []byte
	withTags bool
}

func answerTasks(tx *state.Tx, withTags bool) taskAnswers {
	return taskAnswers{withTags: withTags, describe: func(t *state.Task) []byte {
		var def *types.TaskDefinition
		if row := tx.TaskDefinition(t.Scope(), t.Spec.Family, t.Spec.Revision); row != nil {
			def = row.Definition()
		}
		shown := describeTask(t, def)
		body := wire.Marshal(&shown)
		return slices.Clip(body[:len(body)-1])
	}}
}

func (a taskAnswers) of(t *state.Task) TaskAnswer {
	answer := TaskAnswer{body: t.Described(a.describe)}
	if a.withTags {
		answer.tags = t.Tags
	}
	return answer
}

// describeTask is a task as ECS shows it, without its tags. def is what it was made
// of; nil where that has been deleted since.
//
// Source: recorded answers of RunTask and DescribeTasks for Fargate tasks.
func describeTask(t *state.Task, def *types.TaskDefinition) types.Task {
	spec := t.Spec
	shown := types.Task{
		Attachments: []types.Attachment{describeAttachment(spec, t.Status.Attachment)},
		Attributes: []types.Attribute{{
			Name: aws.String("ecs.cpu-architecture"), Value: aws.String(spec.Architecture),
		}},
		AvailabilityZone:     optional(spec.Zone),
		CapacityProviderName: optional(spec.CapacityProviderName),
		ClusterArn:           aws.String(spec.ClusterARN),
		Containers:           describeContainers(t, def),
		Cpu:                  optional(spec.CPU),
		CreatedAt:            instant(spec.CreatedAt),
		DesiredStatus:        aws.String(t.DesiredStatus()),
		EnableExecuteCommand: spec.EnableExecuteCommand,
		Group:                optional(spec.Group),
		LaunchType:           spec.LaunchType,
		Memory:               optional(spec.Memory),
		Overrides:            describeOverrides(spec.Overrides),
		StartedBy:            optional(spec.StartedBy),
		TaskArn:              aws.String(t.ARN),
		TaskDefinitionArn:    aws.String(t.Scope().TaskDefinition(spec.Family, spec.Revision)),
		Version:              t.Version,
	}
	if spec.LaunchType == types.LaunchTypeFargate {
		shown.PlatformFamily = optional(spec.PlatformFamily)
		shown.PlatformVersion = optional(spec.PlatformVersion)
		shown.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: spec.EphemeralStorageGiB}
		shown.FargateEphemeralStorage = &types.TaskEphemeralStorage{SizeInGiB: spec.EphemeralStorageGiB}
	}
	showProgress(&shown, t)
	return shown
}

// showProgress shows what changes in the life of a task.
func showProgress(shown *types.Task, t *state.Task) {
	status := &t.Status
	shown.HealthStatus = taskHealth(status)
	shown.LastStatus = aws.String(status.LastStatus)
	if shown.ConnectivityAt = instant(status.ConnectivityAt); shown.ConnectivityAt != nil {
		shown.Connectivity = types.ConnectivityConnected
	}
	shown.PullStartedAt = instant(status.PullStartedAt)
	shown.PullStoppedAt = instant(status.PullStoppedAt)
	shown.StartedAt = instant(status.StartedAt)
	shown.ExecutionStoppedAt = instant(status.ExecutionStoppedAt)
	shown.StoppedAt = instant(status.StoppedAt)
	if t.Stop != nil {
		shown.StopCode = t.Stop.Code
		shown.StoppedReason = optional(t.Stop.Reason)
		shown.StoppingAt = instant(t.Stop.At)
	}
}

// describeAttachment shows the network interface; the order of its details is that
// of recorded answers.
func describeAttachment(spec *state.TaskSpec, eni state.Attachment) types.Attachment {
	shown := types.Attachment{
		Id: aws.String(spec.AttachmentID), Type: aws.String("ElasticNetworkInterface"), Status: optional(eni.Status),
	}
	for _, detail := range [...][2]string{
		{"subnetId", spec.SubnetID},
		{"networkInterfaceId", eni.NetworkID},
		{"macAddress", eni.MAC},
		{"privateDnsName", eni.PrivateDNSName},
		{"privateIPv4Address", eni.PrivateIPv4},
	} {
		if detail[1] != "" {
			shown.Details = append(shown.Details, types.KeyValuePair{Name: aws.String(detail[0]), Value: aws.String(detail[1])})
		}
	}
	return shown
}

// taskHealth shows UNKNOWN from the start where a container has a health check.
// Source: ECS developer guide, container health checks; recorded Fargate answers
// without the member where there is no check.
func taskHealth(status *state.TaskStatus) types.HealthStatus {
	checked := slices.ContainsFunc(status.Containers, func(c state.Container) bool { return c.HealthStatus != "" })
	if status.HealthStatus == "" && checked {
		return types.HealthStatusUnknown
	}
	return status.HealthStatus
}

func describeContainers(t *state.Task, def *types.TaskDefinition) []types.Container {
	shown := make([]types.Container, len(t.Status.Containers))
	for i := range t.Status.Containers {
		c := &t.Status.Containers[i]
		size := sizeOf(c.Name, def, t.Spec.Overrides)
		shown[i] = types.Container{
			ContainerArn: aws.String(c.ARN), TaskArn: aws.String(t.ARN), Name: aws.String(c.Name),
			Image: optional(c.Image), ImageDigest: optional(c.ImageDigest), RuntimeId: optional(c.RuntimeID),
			LastStatus: aws.String(c.LastStatus()), ExitCode: c.ExitCode, Reason: optional(c.Reason),
			HealthStatus: c.HealthStatus, NetworkInterfaces: []types.NetworkInterface{},
			Cpu: aws.String(strconv.Itoa(int(size.cpu))), Memory: number(size.memory), MemoryReservation: number(size.reservation),
		}
		if ip := t.Status.Attachment.PrivateIPv4; ip != "" {
			shown[i].NetworkInterfaces = append(shown[i].NetworkInterfaces, types.NetworkInterface{
				AttachmentId: aws.String(t.Spec.AttachmentID), PrivateIpv4Address: aws.String(ip),
			})
		}
	}
	return shown
}

// containerSize is what a container asks for: CPU units and MiB.
type containerSize struct {
	cpu                 int32
	memory, reservation *int32
}

// sizeOf is a container's size in the definition with the override on top.
func sizeOf(container string, def *types.TaskDefinition, overrides *types.TaskOverride) (size containerSize) {
	if def != nil {
		for i := range def.ContainerDefinitions {
			if d := &def.ContainerDefinitions[i]; aws.ToString(d.Name) == container {
				size = containerSize{d.Cpu, d.Memory, d.MemoryReservation}
			}
		}
	}
	if overrides == nil {
		return size
	}
	for i := range overrides.ContainerOverrides {
		o := &overrides.ContainerOverrides[i]
		if aws.ToString(o.Name) != container {
			continue
		}
		if o.Cpu != nil {
			size.cpu = *o.Cpu
		}
		if o.Memory != nil {
			size.memory = o.Memory
		}
		if o.MemoryReservation != nil {
			size.reservation = o.MemoryReservation
		}
	}
	return size
}

// describeOverrides shows both lists even when they are empty, as ECS does.
func describeOverrides(overrides *types.TaskOverride) *types.TaskOverride {
	shown := types.TaskOverride{}
	if overrides != nil {
		shown = *overrides
	}
	shown.ContainerOverrides = listed(shown.ContainerOverrides)
	//lint:ignore SA1019 ECS still answers the retired member, always empty
	shown.InferenceAcceleratorOverrides = listed(shown.InferenceAcceleratorOverrides)
	return &shown
}

// optional is nil for the empty string: ECS leaves such members out.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instant is nil for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func number(n *int32) *string {
	if n == nil {
		return nil
	}
	return aws.String(strconv.Itoa(int(*n)))
}
