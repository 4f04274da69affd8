// Package task makes tasks: the row that RunTask and the service scheduler put
// into the store, and that an agent then brings to life.
package task

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Request is all that new tasks are made of. It has been validated.
type Request struct {
	Cluster    *state.Cluster
	Definition *types.TaskDefinition
	Resolved   taskdef.Resolved // the definition with the overrides applied

	LaunchType      types.LaunchType
	PlatformVersion string   // as asked for; empty and LATEST are the newest
	SecurityGroups  []string // see SecurityGroups; empty: that of the default VPC
	AssignPublicIP  bool
	Volume          *state.ManagedVolume // see NewVolume

	Group        string // empty: family:<family>
	StartedBy    string
	ServiceARN   string
	DeploymentID string
	// Daemon and DaemonRevision are ARNs of a managed daemon; empty for other tasks.
	Daemon, DaemonRevision string
	state.ServiceTraffic
	Connect *state.Connect // the deployment's

	EnableExecuteCommand bool
	Tags                 []types.Tag
	Now                  time.Time
}

// LatestPlatformVersion is what LATEST means for Linux tasks on Fargate.
// Source: ECS developer guide, Fargate platform versions.
const LatestPlatformVersion = "1.4.0"

// defaultEphemeralStorageGiB is a Fargate task's storage when nothing is said.
const defaultEphemeralStorageGiB = 20

// Template makes tasks that are alike in all but their place.
type Template struct {
	request Request
	spec    *state.TaskSpec
	cpu     int
}

// NewTemplate prepares the tasks of a request.
func NewTemplate(r Request) *Template {
	size := taskdef.Size(r.Definition, &r.Resolved)
	override := r.Resolved.Override // a copy: the tasks outlive the request
	spec := &state.TaskSpec{
		ClusterARN: r.Cluster.ARN, Family: aws.ToString(r.Definition.Family), Revision: int(r.Definition.Revision),
		Group: r.Group, StartedBy: r.StartedBy, ServiceARN: r.ServiceARN, DeploymentID: r.DeploymentID,
		Daemon: r.Daemon, DaemonRevision: r.DaemonRevision,
		LaunchType: r.LaunchType, Architecture: architecture(r.Definition), CPU: size.CPUText, Memory: size.MemoryText,
		ServiceTraffic: r.ServiceTraffic, Connect: r.Connect, Checked: slices.ContainsFunc(r.Resolved.Containers, ChecksHealth),
		Volume: r.Volume, FileSystems: fileSystems(r.Definition), Overrides: &override, EnableExecuteCommand: r.EnableExecuteCommand, CreatedAt: r.Now,
	}
	if spec.Group == "" {
		spec.Group = "family:" + spec.Family
	}
	if onInstances(r.LaunchType) {
		spec.NetworkMode, spec.Reserved = NetworkMode(r.Definition), Reserve(r.Definition, &r.Resolved)
	} else {
		spec.PlatformVersion, spec.PlatformFamily = PlatformVersion(r.PlatformVersion), "Linux"
		spec.EphemeralStorageGiB = cmp.Or(r.Resolved.EphemeralStorageGiB, defaultEphemeralStorageGiB)
	}
	if spec.HasInterface() {
		spec.SecurityGroups, spec.AssignPublicIP = r.SecurityGroups, r.AssignPublicIP
		if len(spec.SecurityGroups) == 0 {
			spec.SecurityGroups = []string{ec2network.DefaultSecurityGroup}
		}
	}
	return &Template{r, spec, int(size.CPU)}
}

// CPU is what each of the tasks takes, in CPU units.
func (t *Template) CPU() int { return t.cpu }

// New makes a task that has not been put into the store: in PROVISIONING if it waits for
// a network interface or a volume of its own, or for a container instance, else in PENDING. On a
// container instance, which is connected already, it is so from the start. One that waits has the
// ids of its attachments from the start as well; what ECS shows of these is not known.
// Source: ECS developer guide, task lifecycle; field reports for connectivityAt.
func (t *Template) New(place state.Placement) *state.Task {
	cluster := t.request.Cluster
	scope, id := arn.ScopeOf(cluster.ARN), arn.NewID()
	taskARN := scope.Task(cluster.Name, id)
	status := state.TaskStatus{LastStatus: state.Pending, Containers: t.containers(taskARN)}
	if t.spec.HasInterface() {
		place.AttachmentID = arn.NewUUID()
		status.Attachment.Status = "PRECREATED"
	}
	if t.spec.Volume != nil {
		place.VolumeAttachmentID, place.VolumeID = arn.NewUUID(), arn.NewVolumeID()
		status.Volume.Status = "CREATED" // source: the CLI reference's answers of RunTask
	}
	if t.spec.Connect != nil {
		place.ConnectAttachmentID = arn.NewUUID()
	}
	if t.spec.Provisions() || place.Waiting != nil {
		status.LastStatus = state.Provisioning
	}
	if onInstances(t.spec.LaunchType) && place.Waiting == nil {
		status.ConnectivityAt = t.spec.CreatedAt
	}
	return &state.Task{
		ARN: taskARN, Spec: t.spec, Placement: &place, Status: status, Tags: t.request.Tags,
	}
}

// PlatformVersion is the version that a task records for the one asked for.
func PlatformVersion(asked string) string {
	if asked == "" || asked == "LATEST" {
		return LatestPlatformVersion
	}
	return asked
}

func (t *Template) containers(taskARN string) []state.Container {
	list := make([]state.Container, len(t.request.Resolved.Containers))
	for i, d := range t.request.Resolved.Containers {
		list[i] = state.Container{
			Name: aws.ToString(d.Name), ID: arn.NewUUID(), Image: aws.ToString(d.Image),
		}
		if d.HealthCheck != nil {
			list[i].HealthStatus = types.HealthStatusUnknown
		}
		if t.request.EnableExecuteCommand && execagent.Has(t.request.Definition.PidMode, i) {
			list[i].ExecAgent = execagent.Pending
		}
	}
	if t.spec.Connect != nil {
		list = append(list, state.Container{Name: state.ProxyName(taskARN), ID: arn.NewUUID(), HealthStatus: types.HealthStatusUnknown})
	}
	return list
}

// ChecksHealth reports whether a container's health check decides about its task.
func ChecksHealth(c types.ContainerDefinition) bool {
	return c.HealthCheck != nil && taskdef.Essential(&c)
}

func architecture(def *types.TaskDefinition) string {
	if p := def.RuntimePlatform; p != nil && p.CpuArchitecture == types.CPUArchitectureArm64 {
		return "arm64"
	}
	return "x86_64"
}
