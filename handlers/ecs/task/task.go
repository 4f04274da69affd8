package task

import (
	"bytes"
	"cmp"
	"net"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TasksOutput is the answer of RunTask and DescribeTasks.
type TasksOutput struct {
	Failures []types.Failure
	Tasks    []*state.Task
	answers  taskAnswers
}

// Pieces implements awsapi.Pieces: the JSON of a task is kept with its row.
func (o *TasksOutput) Pieces() net.Buffers {
	list := make(net.Buffers, 0, 2+len(o.Tasks))
	head := wire.Append([]byte(`{"failures":`), &o.Failures)
	list = append(list, append(head, `,"tasks":[`...))
	for _, t := range o.Tasks {
		list = o.answers.pieces(list, t)
	}
	last := &list[len(list)-1]
	*last = bytes.TrimSuffix(*last, comma)
	return append(list, []byte("]}"))
}

type Answer struct {
	task    *state.Task
	answers taskAnswers
}

func (a Answer) AppendJSON(buf []byte) []byte { return a.answers.append(buf, a.task) }

var (
	_ awsapi.Pieces = (*TasksOutput)(nil)
	_ wire.Appender = Answer{}
)

// taskAnswers shows tasks as they are in one snapshot.
type taskAnswers struct {
	tx       *store.Tx
	withTags bool
	// change: RunTask and StopTask answer. They show no health of Fargate tasks (ECS0061),
	// and their rows are about to be followed by others: no JSON is kept with them.
	change bool
}

func (a taskAnswers) append(buf []byte, t *state.Task) []byte {
	for _, piece := range a.pieces(nil, t) {
		buf = append(buf, piece...)
	}
	return bytes.TrimSuffix(buf, comma)
}

// comma follows the pieces of a task.
var comma = []byte(",")

// pieces are a task and a comma. They are made once for each row, but for the tags,
// which come last because they are shown only where they were asked for.
func (a taskAnswers) pieces(list net.Buffers, t *state.Task) net.Buffers {
	var text []byte
	if a.change {
		text = a.describe(t)
	} else {
		text = t.Described(a.describe)
	}
	if !a.withTags || len(t.Tags) == 0 {
		return append(list, text)
	}
	tags := wire.Append([]byte(`,"tags":`), &t.Tags)
	return append(list, text[:len(text)-len(untagged)], append(tags, "},"...))
}

// untagged ends a task that shows no tags.
const untagged = `,"tags":[]},`

// describe makes the object, untagged.
func (a taskAnswers) describe(t *state.Task) []byte {
	shown := describeTask(t, taskDefinitionOf(a.tx, t))
	if !a.change || t.Spec.LaunchType != types.LaunchTypeFargate {
		showHealth(&shown, t)
	}
	if !a.change {
		showDetaching(&shown)
	}
	return wire.MarshalOpen(&shown, untagged)
}

// describeTask is a task as ECS shows it, without its tags and its health. def is what it was made
// of; nil where that has been deleted since. The result points into the row, which
// does not change.
//
// Source: recorded answers of RunTask and DescribeTasks for Fargate tasks; field reports of
// tasks on container instances.
func describeTask(t *state.Task, def *types.TaskDefinition) types.Task {
	spec := t.Spec
	shown := types.Task{
		Attachments:          describeAttachments(t),
		Attributes:           describeAttributes(spec, t.Placement),
		AvailabilityZone:     kit.Optional(&t.Placement.Zone),
		CapacityProviderName: kit.Optional(&t.Placement.CapacityProvider),
		ClusterArn:           &spec.ClusterARN,
		ContainerInstanceArn: kit.Optional(&t.Placement.ContainerInstance),
		Containers:           describeContainers(t, def),
		Cpu:                  kit.Optional(&spec.CPU),
		CreatedAt:            kit.Instant(&spec.CreatedAt),
		DesiredStatus:        aws.String(t.DesiredStatus()),
		EnableExecuteCommand: spec.EnableExecuteCommand,
		Group:                kit.Optional(&spec.Group),
		LaunchType:           spec.LaunchType,
		Memory:               kit.Optional(&spec.Memory),
		Overrides:            describeOverrides(spec.Overrides),
		StartedBy:            kit.Optional(&spec.StartedBy),
		TaskArn:              &t.ARN,
		TaskDefinitionArn:    aws.String(t.Scope().TaskDefinition(spec.Family, spec.Revision)),
		Version:              t.Version,
	}
	if spec.LaunchType == types.LaunchTypeFargate {
		shown.PlatformFamily = kit.Optional(&spec.PlatformFamily)
		shown.PlatformVersion = kit.Optional(&spec.PlatformVersion)
		shown.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: spec.EphemeralStorageGiB}
		shown.FargateEphemeralStorage = &types.TaskEphemeralStorage{SizeInGiB: spec.EphemeralStorageGiB}
	}
	showProgress(&shown, t)
	return shown
}

// showProgress shows what changes in the life of a task.
func showProgress(shown *types.Task, t *state.Task) {
	status := &t.Status
	shown.LastStatus = &status.LastStatus
	if shown.ConnectivityAt = kit.Instant(&status.ConnectivityAt); shown.ConnectivityAt != nil {
		shown.Connectivity = types.ConnectivityConnected
	}
	if status.LastStatus != state.Provisioning { // ECS0067
		shown.PullStartedAt = kit.Instant(&status.PullStartedAt)
		shown.PullStoppedAt = kit.Instant(&status.PullStoppedAt)
	}
	shown.StartedAt = kit.Instant(&status.StartedAt)
	shown.ExecutionStoppedAt = kit.Instant(&status.ExecutionStoppedAt)
	shown.StoppedAt = kit.Instant(&status.StoppedAt)
	if t.Stop != nil {
		shown.StopCode = t.Stop.Code
		shown.StoppedReason = kit.Optional(&t.Stop.Reason)
		shown.StoppingAt = kit.Instant(&t.Stop.At)
	}
}

// describeAttributes adds the engine that runs the task, where engines have names; it is the emulator's own.
func describeAttributes(spec *state.TaskSpec, place *state.Placement) (list []types.Attribute) {
	if spec.Architecture != "" {
		list = append(list, types.Attribute{Name: aws.String("ecs.cpu-architecture"), Value: &spec.Architecture})
	}
	if place.Host != "" {
		list = append(list, types.Attribute{Name: aws.String(engineroom.Attribute), Value: &place.Host})
	}
	return list
}

// showHealth adds what DescribeTasks alone tells: UNKNOWN from the start, whether or
// not there is a health check (ECS0061).
func showHealth(shown *types.Task, t *state.Task) {
	shown.HealthStatus = cmp.Or(t.Status.HealthStatus, types.HealthStatusUnknown)
	for i := range shown.Containers {
		shown.Containers[i].HealthStatus = cmp.Or(t.Status.Containers[i].HealthStatus, types.HealthStatusUnknown)
	}
}

func describeContainers(t *state.Task, def *types.TaskDefinition) []types.Container {
	shown := make([]types.Container, len(t.Status.Containers))
	gpus := t.Placement.GPUs
	scope, cluster, id := t.Scope(), arn.ClusterName(t.ARN), arn.Name(t.ARN)
	for i := range t.Status.Containers {
		c := &t.Status.Containers[i]
		size := sizeOf(c.Name, def, t.Spec.Overrides)
		shown[i] = types.Container{
			ContainerArn: aws.String(scope.Container(cluster, id, c.ID)), TaskArn: &t.ARN, Name: &c.Name,
			Image: kit.Optional(&c.Image), ImageDigest: kit.Optional(shownDigest(t, c)), RuntimeId: kit.Optional(&c.RuntimeID),
			LastStatus: aws.String(c.LastStatus()), ExitCode: c.ExitCode, Reason: kit.Optional(&c.Reason),
			NetworkInterfaces: describeInterfaces(t), ManagedAgents: describeManagedAgents(&c.ExecAgent),
			Cpu: aws.String(strconv.Itoa(int(size.cpu))), Memory: kit.Number(size.memory), MemoryReservation: kit.Number(size.reservation),
		}
		if c.Name == t.ProxyName() {
			shown[i].Cpu = nil // source: field reports of answers of DescribeTasks
		}
		if !c.StartedAt.IsZero() || t.Spec.LaunchType != types.LaunchTypeFargate {
			shown[i].NetworkBindings = describeBindings(c) // ECS0061: on Fargate once it has run
		}
		if n := min(size.gpus, len(gpus)); n > 0 {
			shown[i].GpuIds, gpus = gpus[:n], gpus[n:]
		}
	}
	return shown
}

// describeBindings are the ports of the container instance that lead to a container.
// Source: ECS API reference, NetworkBinding.
func describeBindings(c *state.Container) []types.NetworkBinding {
	shown := make([]types.NetworkBinding, len(c.Bindings))
	for i, b := range c.Bindings {
		shown[i] = types.NetworkBinding{BindIP: aws.String("0.0.0.0"), Protocol: b.Protocol}
		if b.More > 0 {
			shown[i].ContainerPortRange, shown[i].HostPortRange = portRange(b.ContainerPort, b.More), portRange(b.HostPort, b.More)
		} else {
			shown[i].ContainerPort, shown[i].HostPort = aws.Int32(int32(b.ContainerPort)), aws.Int32(int32(b.HostPort))
		}
	}
	return shown
}

func portRange(first, more uint16) *string {
	return aws.String(strconv.Itoa(int(first)) + "-" + strconv.Itoa(int(first+more)))
}

// shownDigest is empty as long as the task has no network interface (ECS0067).
func shownDigest(t *state.Task, c *state.Container) *string {
	if t.Status.LastStatus == state.Provisioning {
		return new(string)
	}
	return &c.ImageDigest
}

// describeInterfaces is empty until the network interface is there; one that was never
// made shows in the end, without an address (ECS0068).
func describeInterfaces(t *state.Task) []types.NetworkInterface {
	eni := &t.Status.Attachment
	if eni.PrivateIPv4 == "" && !neverMade(t) {
		return []types.NetworkInterface{}
	}
	return []types.NetworkInterface{{AttachmentId: &t.Placement.AttachmentID, PrivateIpv4Address: kit.Optional(&eni.PrivateIPv4)}}
}

// containerSize is what a container asks for: CPU units, MiB, and a number of GPUs.
type containerSize struct {
	cpu                 int32
	memory, reservation *int32
	gpus                int
}

// sizeOf is a container's size in the definition with the override on top.
func sizeOf(container string, def *types.TaskDefinition, overrides *types.TaskOverride) (size containerSize) {
	if def != nil {
		for i := range def.ContainerDefinitions {
			if d := &def.ContainerDefinitions[i]; aws.ToString(d.Name) == container {
				size = containerSize{d.Cpu, d.Memory, d.MemoryReservation, gpusOf(d)}
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
		size.memory = cmp.Or(o.Memory, size.memory)
		size.reservation = cmp.Or(o.MemoryReservation, size.reservation)
	}
	return size
}

// gpusOf is how many GPUs a container asks for.
func gpusOf(d *types.ContainerDefinition) int {
	for _, r := range d.ResourceRequirements {
		if r.Type == types.ResourceTypeGpu {
			n, _ := strconv.Atoi(aws.ToString(r.Value)) // registration has checked it
			return n
		}
	}
	return 0
}

// describeOverrides shows both lists even when they are empty, as ECS does.
func describeOverrides(overrides *types.TaskOverride) *types.TaskOverride {
	shown := types.TaskOverride{}
	if overrides != nil {
		shown = *overrides
	}
	shown.ContainerOverrides = kit.Listed(shown.ContainerOverrides)
	//lint:ignore SA1019 ECS still answers the retired member, always empty
	shown.InferenceAcceleratorOverrides = kit.Listed(shown.InferenceAcceleratorOverrides)
	return &shown
}
