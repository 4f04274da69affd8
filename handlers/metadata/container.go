package metadata

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// common is what all versions show of a container, with members in their order.
type common struct {
	DockerID      string `json:"DockerId"`
	Name          string
	DockerName    string
	Image         string
	ImageID       string
	Ports         []Port            `json:",omitempty"`
	Labels        map[string]string `json:",omitempty"`
	DesiredStatus string
	KnownStatus   string
	ExitCode      *int32 `json:",omitempty"`
	Limits        Limits
	CreatedAt     *time.Time `json:",omitempty"`
	StartedAt     *time.Time `json:",omitempty"`
	FinishedAt    *time.Time `json:",omitempty"`
	Type          string
}

// Container is a container as versions 2 and 3 show it.
type Container struct {
	common
	Networks []Network `json:",omitempty"`
	Health   *Health   `json:",omitempty"`
	Volumes  []Volume  `json:",omitempty"`
}

// ContainerV4 is one as version 4 shows it.
type ContainerV4 struct {
	common
	Health       *Health           `json:",omitempty"`
	Volumes      []Volume          `json:",omitempty"`
	LogDriver    string            `json:",omitempty"`
	LogOptions   map[string]string `json:",omitempty"`
	ContainerARN string            `json:",omitempty"`
	Networks     []NetworkV4       `json:",omitempty"`
	Snapshotter  string            `json:",omitempty"`
	RestartCount *int              `json:",omitempty"`
}

// Limits are CPU shares or vCPUs, and MiB of memory.
type Limits struct {
	CPU    *float64 `json:",omitempty"`
	Memory *int64   `json:",omitempty"`
}

// Health is what a container's health check finds.
type Health struct {
	Status      string     `json:"status,omitempty"`
	StatusSince *time.Time `json:"statusSince,omitempty"`
	ExitCode    int        `json:"exitCode,omitempty"`
	Output      string     `json:"output,omitempty"`
}

// Volume is one that a container mounts.
type Volume struct {
	DockerName  string `json:",omitempty"`
	Source      string `json:",omitempty"`
	Destination string `json:",omitempty"`
}

// statusProvisioned is a value of KnownStatus and DesiredStatus that only containers have.
// Source: amazon-ecs-agent, container status.
const statusProvisioned = "RESOURCES_PROVISIONED"

// containers are the containers of a task that the agent has come to know, with the network namespace
// of one on a container instance first.
func (a *api) containers(ctx context.Context, c *caller) (list []ContainerV4) {
	if p, has := a.pause(c); has {
		list = append(list, p)
	}
	for i := range c.task.Status.Containers {
		if each := &c.task.Status.Containers[i]; each.Phase != state.ContainerNone {
			list = append(list, a.describe(ctx, c, each))
		}
	}
	return list
}

// describe is a container as version 4 shows it.
//
// Source: ECS developer guide, task metadata endpoint version 4; recorded answers on Fargate;
// amazon-ecs-agent.
func (a *api) describe(ctx context.Context, c *caller, of *state.Container) ContainerV4 {
	t, d := c.task, c.containerDefinition(of.Name)
	seen := a.inspect(ctx, c, of, d)
	shown := ContainerV4{
		common: common{
			DockerID: c.dockerID(of), Name: of.Name, DockerName: of.Name, Image: of.Image, ImageID: of.ImageDigest,
			Ports: c.ports(of, d), Labels: containerspec.Labels(t, of.Name),
			DesiredStatus: t.DesiredStatus(), KnownStatus: string(of.Phase), ExitCode: of.ExitCode,
			Limits:    c.containerLimits(d),
			CreatedAt: instant(of.CreatedAt), StartedAt: instant(of.StartedAt), FinishedAt: instant(of.StoppedAt),
			Type: "NORMAL",
		},
		Health:       health(of, d, seen.LastCheck),
		ContainerARN: t.Scope().Container(arn.Name(t.Spec.ClusterARN), arn.Name(t.ARN), of.ID),
		Networks:     c.networks(of, d, seen.IP),
	}
	shown.LogDriver, shown.LogOptions = c.log(of, d)
	for k, v := range d.DockerLabels {
		if _, reserved := shown.Labels[k]; !reserved {
			shown.Labels[k] = v
		}
	}
	if r := d.RestartPolicy; r != nil && aws.ToBool(r.Enabled) {
		shown.RestartCount = &of.Restarts
	}
	if c.fargate() {
		if shown.ImageID == "" {
			shown.ImageID = of.ImageID // one that no registry has
		}
		shown.CreatedAt, shown.Snapshotter = shown.StartedAt, "overlayfs" // as recorded
		return shown
	}
	shown.ImageID, shown.Volumes = of.ImageID, a.volumes(c, d)
	if of.EngineID != "" {
		shown.DockerName = a.EngineName(t, of.Name)
	} else { // pulled, and not made yet
		shown.DockerName = ""
	}
	return shown
}

// pause is the network namespace of a task with an interface on a container instance.
// Source: ECS developer guide, task metadata endpoint version 2.
func (a *api) pause(c *caller) (ContainerV4, bool) {
	s := &c.task.Status
	if c.fargate() || !c.task.Spec.HasInterface() || s.SandboxID == "" {
		return ContainerV4{}, false
	}
	desired := statusProvisioned
	if c.task.Stop != nil {
		desired = state.Stopped
	}
	return ContainerV4{
		common: common{
			DockerID: s.SandboxID, Name: sandboxName, DockerName: a.EngineName(c.task, sandboxName),
			Image: "amazon/amazon-ecs-pause:0.1.0", Labels: containerspec.Labels(c.task, sandboxName),
			DesiredStatus: desired, KnownStatus: statusProvisioned,
			Limits:    Limits{CPU: aws.Float64(0), Memory: aws.Int64(0)},
			CreatedAt: instant(s.ConnectivityAt), StartedAt: instant(s.ConnectivityAt), Type: "CNI_PAUSE",
		},
		Networks: c.awsvpc(),
	}, true
}

// containerLimits are shares, of which there are at least two, and MiB. Memory that is not
// limited is 0 on a container instance and left out on Fargate.
// Source: amazon-ecs-agent; recorded answers on Fargate.
func (c *caller) containerLimits(d *types.ContainerDefinition) Limits {
	const fewestShares = 2
	limits := Limits{CPU: aws.Float64(float64(max(d.Cpu, fewestShares)))}
	if d.Memory != nil || !c.fargate() {
		limits.Memory = aws.Int64(int64(aws.ToInt32(d.Memory)))
	}
	return limits
}

// inspect asks the engine about a container of which it alone knows something: the address on a
// bridge, and what its health check has found. Without an answer there is still all else.
func (a *api) inspect(ctx context.Context, c *caller, of *state.Container, d *types.ContainerDefinition) backend.Container {
	if of.Phase != state.ContainerRunning || a.Inspect == nil || d.HealthCheck == nil && c.networkMode() != types.NetworkModeBridge {
		return backend.Container{}
	}
	seen, err := a.Inspect(ctx, c.task.ARN, of.Name)
	if err != nil {
		a.Log.Warn("cannot inspect a container for its metadata: the engine's values are missing", "task", c.task.ARN, "container", of.Name, "error", err)
	}
	return seen
}

// longestOutput bounds what is told of a check's output. Source: amazon-ecs-agent.
const longestOutput = 1024

// health is nil for a container without a check. A check that failed gives its exit code.
// Source: amazon-ecs-agent.
func health(of *state.Container, d *types.ContainerDefinition, last backend.CheckResult) *Health {
	if d.HealthCheck == nil {
		return nil
	}
	h := &Health{StatusSince: instant(of.HealthSince), Output: last.Output[:min(len(last.Output), longestOutput)]}
	if of.HealthStatus != types.HealthStatusUnknown {
		h.Status = string(of.HealthStatus)
	}
	if of.HealthStatus == types.HealthStatusUnhealthy {
		h.ExitCode = last.ExitCode
	}
	return h
}

// volumes are those that the definition mounts: host folders by their path, those that go with
// the task by the engine's name, others by the name that the definition has for them.
func (a *api) volumes(c *caller, d *types.ContainerDefinition) (list []Volume) {
	for _, m := range d.MountPoints {
		shown := Volume{DockerName: aws.ToString(m.SourceVolume), Destination: aws.ToString(m.ContainerPath)}
		for i := range c.definition.Volumes {
			v := &c.definition.Volumes[i]
			switch {
			case aws.ToString(v.Name) != aws.ToString(m.SourceVolume):
			case v.Host != nil && aws.ToString(v.Host.SourcePath) != "":
				shown.DockerName, shown.Source = "", *v.Host.SourcePath
			case ofTask(v):
				shown.DockerName = a.EngineName(c.task, "volume-"+shown.DockerName)
			}
		}
		list = append(list, shown)
	}
	return list
}

// ofTask reports whether a volume is made for the task, on the engine itself.
func ofTask(v *types.Volume) bool {
	if d := v.DockerVolumeConfiguration; d != nil {
		return d.Scope != types.ScopeShared
	}
	return v.EfsVolumeConfiguration == nil && v.FsxWindowsFileServerVolumeConfiguration == nil && v.S3filesVolumeConfiguration == nil &&
		!aws.ToBool(v.ConfiguredAtLaunch)
}

// log is where a container's output goes. For awslogs there is the whole name of the stream
// instead of its prefix, and on Fargate the mode, also where the definition has none. What a
// driver gets of secrets is not shown.
// Source: ECS developer guide, task metadata endpoint version 4; recorded answers on Fargate.
func (c *caller) log(of *state.Container, d *types.ContainerDefinition) (driver string, options map[string]string) {
	l := d.LogConfiguration
	if l == nil {
		return "", nil
	}
	options = maps.Clone(l.Options)
	if l.LogDriver != types.LogDriverAwslogs {
		return string(l.LogDriver), options
	}
	if options == nil {
		options = map[string]string{}
	}
	if prefix := options["awslogs-stream-prefix"]; prefix != "" {
		delete(options, "awslogs-stream-prefix")
		options["awslogs-stream"] = strings.Join([]string{prefix, of.Name, arn.Name(c.task.ARN)}, "/")
	}
	if _, says := options["mode"]; !says && c.fargate() {
		options["mode"] = "non-blocking"
	}
	return string(l.LogDriver), options
}

// older is the container as versions 2 and 3 show it.
func (c *ContainerV4) older() Container {
	shown := Container{common: c.common, Health: c.Health, Volumes: c.Volumes}
	shown.Ports = nil
	for _, p := range c.Ports {
		p.HostIP = ""
		shown.Ports = append(shown.Ports, p)
	}
	for _, n := range c.Networks {
		shown.Networks = append(shown.Networks, n.Network)
	}
	return shown
}
