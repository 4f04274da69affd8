package metadata

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Task is a task as versions 2 and 3 show it, with members in their order.
type Task struct {
	Cluster               string
	TaskARN               string
	Family                string
	Revision              string
	DesiredStatus         string
	KnownStatus           string
	Containers            []Container       `json:",omitempty"`
	Limits                *Limits           `json:",omitempty"`
	PullStartedAt         *time.Time        `json:",omitempty"`
	PullStoppedAt         *time.Time        `json:",omitempty"`
	ExecutionStoppedAt    *time.Time        `json:",omitempty"`
	AvailabilityZone      string            `json:",omitempty"`
	TaskTags              map[string]string `json:",omitempty"`
	ContainerInstanceTags map[string]string `json:",omitempty"`
}

// TaskV4 is one as version 4 shows it, in the order of recorded answers and of the container
// agent.
type TaskV4 struct {
	Cluster                 string
	TaskARN                 string
	Family                  string
	Revision                string
	DesiredStatus           string
	KnownStatus             string
	Limits                  *Limits                  `json:",omitempty"`
	PullStartedAt           *time.Time               `json:",omitempty"`
	PullStoppedAt           *time.Time               `json:",omitempty"`
	ExecutionStoppedAt      *time.Time               `json:",omitempty"`
	AvailabilityZone        string                   `json:",omitempty"`
	TaskTags                map[string]string        `json:",omitempty"`
	ContainerInstanceTags   map[string]string        `json:",omitempty"`
	LaunchType              string                   `json:",omitempty"`
	Containers              []ContainerV4            `json:",omitempty"`
	VPCID                   string                   `json:",omitempty"`
	ServiceName             string                   `json:",omitempty"`
	Group                   string                   `json:",omitempty"`
	ClockDrift              *ClockDrift              `json:",omitempty"`
	EphemeralStorageMetrics *EphemeralStorageMetrics `json:",omitempty"`
	FaultInjectionEnabled   bool
	AvailabilityZoneID      string `json:",omitempty"`
}

// ClockDrift says how far a clock may be off, in milliseconds.
type ClockDrift struct {
	ClockErrorBound            float64
	ReferenceTimestamp         *time.Time `json:",omitempty"`
	ClockSynchronizationStatus string
}

// EphemeralStorageMetrics are in MiB.
type EphemeralStorageMetrics struct {
	Utilized int64
	Reserved int64
}

// launchType is the launch type of a task on a container instance. Source: amazon-ecs-agent; that it tells managed instances apart is a choice.
func launchType(t *state.Task) string {
	if t.Spec.LaunchType == types.LaunchTypeManagedInstances {
		return string(types.LaunchTypeManagedInstances)
	}
	return string(types.LaunchTypeEc2)
}

// describeTask is a task as version 4 shows it.
//
// Source: ECS developer guide, task metadata endpoint version 4; recorded answers on Fargate;
// amazon-ecs-agent.
func (a *api) describeTask(ctx context.Context, c *caller, withTags bool) TaskV4 {
	t := c.task
	shown := TaskV4{
		Cluster: containerspec.ClusterName(t), TaskARN: t.ARN, Family: t.Spec.FamilyName(), Revision: strconv.Itoa(t.Spec.Revision),
		DesiredStatus: t.DesiredStatus(), KnownStatus: knownStatus(t.Status.Containers),
		Limits:        c.taskLimits(),
		PullStartedAt: instant(t.Status.PullStartedAt), PullStoppedAt: instant(t.Status.PullStoppedAt),
		ExecutionStoppedAt: instant(t.Status.ExecutionStoppedAt),
		LaunchType:         launchType(t), Containers: a.containers(ctx, c), Group: t.Spec.Group,
	}
	if c.definition != nil {
		shown.FaultInjectionEnabled = aws.ToBool(c.definition.EnableFaultInjection)
	}
	if t.Spec.ServiceARN != "" {
		shown.ServiceName = arn.Name(t.Spec.ServiceARN)
	}
	if zone := t.Placement.Zone; zone != "" {
		shown.AvailabilityZone, shown.AvailabilityZoneID = zone, ec2network.ZoneID(zone)
	}
	if c.fargate() {
		shown.LaunchType, shown.ClockDrift = string(types.LaunchTypeFargate), a.clockDrift()
		shown.EphemeralStorageMetrics = ephemeralStorage(t)
	}
	if withTags {
		shown.TaskTags = tags(t.Tags)
	}
	if instance := state.FindContainerInstance(c.tx, t.Placement.ContainerInstance); instance != nil {
		shown.VPCID = instance.VPC
		if withTags {
			shown.ContainerInstanceTags = tags(instance.Tags)
		}
	}
	return shown
}

// knownStatus is how far the container that has come the least far has come.
// Source: amazon-ecs-agent, task status, which has no word for a container that is pulled.
func knownStatus(containers []state.Container) string {
	order := []string{"NONE", "CREATED", state.Running, state.Stopped}
	least := len(order) - 1
	for i := range containers {
		at := map[state.ContainerPhase]int{
			state.ContainerCreated: 1, state.ContainerRunning: 2, state.ContainerStopped: 3,
		}[containers[i].Phase]
		least = min(least, at)
	}
	return order[least]
}

// taskLimits is nil for a task without a size. CPU is in vCPUs.
func (c *caller) taskLimits() *Limits {
	units, _ := strconv.ParseInt(c.resolved.CPU, 10, 64)
	mib, _ := strconv.ParseInt(c.resolved.Memory, 10, 64)
	if units == 0 && mib == 0 {
		return nil
	}
	limits := &Limits{}
	if units != 0 {
		const unitsOfACPU = 1024
		limits.CPU = aws.Float64(float64(units) / unitsOfACPU)
	}
	if mib != 0 {
		limits.Memory = &mib
	}
	return limits
}

// clockDrift compares the emulator's clock, which all other times are of, with the one that
// processes see. They part where the emulator's runs faster or has been advanced.
func (a *api) clockDrift() *ClockDrift {
	const synchronized = time.Second
	now := a.Now()
	off := now.Sub(a.Wall()).Abs()
	drift := &ClockDrift{
		ClockErrorBound:    float64(off.Microseconds()) / float64(time.Millisecond/time.Microsecond),
		ReferenceTimestamp: instant(now), ClockSynchronizationStatus: "SYNCHRONIZED",
	}
	if off >= synchronized {
		drift.ClockSynchronizationStatus = "NOT_SYNCHRONIZED"
	}
	return drift
}

// ephemeralStorage is what Fargate reserves: 16 MiB more than the task asks for, as recorded.
// What of it is in use the engine does not tell.
func ephemeralStorage(t *state.Task) *EphemeralStorageMetrics {
	const mibOfAGiB, more = 1024, 16
	return &EphemeralStorageMetrics{Reserved: int64(t.Spec.EphemeralStorageGiB)*mibOfAGiB + more}
}

func tags(list []types.Tag) map[string]string {
	all := map[string]string{}
	for _, tag := range list {
		all[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return all
}

// older is the task as versions 2 and 3 show it.
func (t *TaskV4) older() Task {
	shown := Task{
		Cluster: t.Cluster, TaskARN: t.TaskARN, Family: t.Family, Revision: t.Revision,
		DesiredStatus: t.DesiredStatus, KnownStatus: t.KnownStatus, Limits: t.Limits,
		PullStartedAt: t.PullStartedAt, PullStoppedAt: t.PullStoppedAt, ExecutionStoppedAt: t.ExecutionStoppedAt,
		AvailabilityZone: t.AvailabilityZone, TaskTags: t.TaskTags, ContainerInstanceTags: t.ContainerInstanceTags,
	}
	for i := range t.Containers {
		shown.Containers = append(shown.Containers, t.Containers[i].older())
	}
	return shown
}
