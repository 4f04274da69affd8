package agent

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Labels of containers, as the real agent sets them. Source: ECS developer guide.
const (
	labelCluster       = "com.amazonaws.ecs.cluster"
	labelContainerName = "com.amazonaws.ecs.container-name"
	labelTaskARN       = "com.amazonaws.ecs.task-arn"
	labelFamily        = "com.amazonaws.ecs.task-definition-family"
	labelRevision      = "com.amazonaws.ecs.task-definition-version"
)

// labelHost says on which host a container runs. It is the only label of a
// sandbox, which is made before it is known for which task.
const labelHost = "ecs-emulator.host"

// fargateHost is the value of labelHost for Fargate, whose host has no name.
const fargateHost = "fargate"

func hostLabel(host string) string { return cmp.Or(host, fargateHost) }

// hostName is the host on which a task is placed.
func hostName(t *state.Task) string { return t.Placement.Host }

// sandboxContainerName is the agent's name for a task's network namespace.
const sandboxContainerName = "~internal~ecs~pause"

const mebibyte = 1 << 20

func labels(t *state.Task, container string) map[string]string {
	all := map[string]string{
		labelCluster:       t.Spec.ClusterARN, // the ARN on Fargate
		labelContainerName: container,
		labelTaskARN:       t.ARN,
		labelFamily:        t.Spec.Family,
		labelRevision:      strconv.Itoa(t.Spec.Revision),
		labelHost:          hostLabel(hostName(t)),
	}
	if instance := t.Placement.ContainerInstance; instance != "" {
		all[labelCluster] = arn.Name(t.Spec.ClusterARN) // what its agent is configured with
		all[labelInstance] = instance
	}
	return all
}

// engineName is the container's name on the engine. The real agent ends it with
// random digits; here they follow from the task, so that a creation whose answer
// was lost in a crash finds what it made. Long names are cut: a volume's name is
// that of a directory.
func engineName(t *state.Task, container string) string {
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}
	sum := sha256.Sum256([]byte(t.ARN + "\x00" + container))
	container = strings.Map(keep, container)
	return "ecs-" + t.Spec.Family[:min(longestPart, len(t.Spec.Family))] + "-" + strconv.Itoa(t.Spec.Revision) +
		"-" + container[:min(longestPart, len(container))] + "-" + hex.EncodeToString(sum[:10])
}

// longestPart bounds what of a family's or container's name, each up to 255
// characters, goes into an engine's name, which together may have as many.
const longestPart = 100

// engineNames are those of a task's sandbox and containers.
func engineNames(t *state.Task) []string {
	names := []string{engineName(t, sandboxContainerName)}
	for _, c := range t.Status.Containers {
		names = append(names, engineName(t, c.Name))
	}
	return names
}

// sandboxSpec is a task's sandbox, without its network.
func sandboxSpec(t *state.Task, s size, labels map[string]string) backend.SandboxSpec {
	return backend.SandboxSpec{
		Name: engineName(t, sandboxContainerName), Domain: hostDomain(t.Scope()), Labels: labels, CPU: s.cpu, Memory: s.memory,
	}
}

// size bounds all of a task's containers together: CPU units and bytes; 0 is no bound.
type size struct{ cpu, memory int64 }

// newSize is that of the task level. On a container instance a task may have none: what it
// shows as its size then is the sum of its containers', and bounds nothing.
// Source: ECS developer guide, task size.
func newSize(cpu, memory string) size {
	units, _ := strconv.ParseInt(cpu, 10, 64)
	mib, _ := strconv.ParseInt(memory, 10, 64)
	return size{units, mib * mebibyte}
}

// containerSpec is what the engine is to create for a container.
// Source: amazon-ecs-agent's translation of container definitions.
func (w *work) containerSpec(i int) backend.ContainerSpec {
	d, t := &w.view.definitions[i], w.task
	name := aws.ToString(d.Name)
	spec := backend.ContainerSpec{
		Name: engineName(t, name), Image: aws.ToString(d.Image), Sandbox: w.view.status.SandboxID,
		Platform:   w.platform,
		Labels:     map[string]string{},
		EntryPoint: d.EntryPoint, Command: d.Command, Env: environment(d, t),
		User: aws.ToString(d.User), WorkingDir: aws.ToString(d.WorkingDirectory),
		TTY: aws.ToBool(d.PseudoTerminal), OpenStdin: aws.ToBool(d.Interactive),
		CPUShares:      max(2, int64(d.Cpu)),
		Memory:         int64(aws.ToInt32(d.Memory)) * mebibyte,
		ReadonlyRootfs: aws.ToBool(d.ReadonlyRootFilesystem), Privileged: aws.ToBool(d.Privileged),
		MemoryReservation: int64(aws.ToInt32(d.MemoryReservation)) * mebibyte,
		Health:            healthCheck(d.HealthCheck),
		Ulimits:           ulimits(d),
	}
	maps.Copy(spec.Labels, d.DockerLabels)
	maps.Copy(spec.Labels, labels(t, name)) // they win
	if !w.host.engineInfo().TaskLimits {
		// Nothing bounds the task as a whole here, so each container gets the
		// task's size as its own bound.
		spec.CPU = w.size.cpu
		if spec.Memory == 0 {
			spec.Memory = w.size.memory
		}
	}
	switch t.Spec.NetworkMode {
	case types.NetworkModeBridge:
		spec.Network = w.on.network
	case types.NetworkModeHost:
		spec.Joins = w.on.sandbox
	}
	for _, s := range d.SystemControls {
		if spec.Sysctls == nil {
			spec.Sysctls = map[string]string{}
		}
		spec.Sysctls[aws.ToString(s.Namespace)] = aws.ToString(s.Value)
	}
	w.addVolumes(&spec, d)
	addLinuxParameters(&spec, d.LinuxParameters)
	return spec
}

// environment is what ECS adds, and the definition's, which wins. A definition that
// names a region gets none of the other name: AWS_REGION would go before its
// AWS_DEFAULT_REGION.
//
// Source: ECS developer guide, environment variables; the container agent's precedence for
// the region. That the same holds for AWS_EXECUTION_ENV is the emulator's choice.
func environment(d *types.ContainerDefinition, t *state.Task) []string {
	var env []string
	if region := t.Scope().Region; !hasVariable(d.Environment, "AWS_REGION") && !hasVariable(d.Environment, "AWS_DEFAULT_REGION") {
		env = append(env, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region)
	}
	if !hasVariable(d.Environment, "AWS_EXECUTION_ENV") {
		where := "AWS_ECS_FARGATE"
		if t.Placement.ContainerInstance != "" {
			where = "AWS_ECS_EC2"
		}
		env = append(env, "AWS_EXECUTION_ENV="+where)
	}
	for _, e := range d.Environment {
		env = append(env, aws.ToString(e.Name)+"="+aws.ToString(e.Value))
	}
	return env
}

// hasVariable tells whether an environment has a variable of the name.
func hasVariable(environment []types.KeyValuePair, name string) bool {
	return slices.ContainsFunc(environment, func(e types.KeyValuePair) bool { return aws.ToString(e.Name) == name })
}

// ulimits are the definition's. Fargate's own default of 65535 open files is left
// out: an engine whose daemon has a lower limit could start no container with it.
func ulimits(d *types.ContainerDefinition) (list []backend.Ulimit) {
	for _, u := range d.Ulimits {
		list = append(list, backend.Ulimit{Name: string(u.Name), Soft: int64(u.SoftLimit), Hard: int64(u.HardLimit)})
	}
	return list
}

// healthCheck is the definition's; a registered one has its defaults in it.
func healthCheck(h *types.HealthCheck) *backend.HealthCheck {
	if h == nil {
		return nil
	}
	seconds := func(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
	return &backend.HealthCheck{
		Test: h.Command, Interval: seconds(h.Interval), Timeout: seconds(h.Timeout),
		StartPeriod: seconds(h.StartPeriod), Retries: int(aws.ToInt32(h.Retries)),
	}
}

func addLinuxParameters(spec *backend.ContainerSpec, p *types.LinuxParameters) {
	if p == nil {
		return
	}
	spec.Init = aws.ToBool(p.InitProcessEnabled)
	if p.Capabilities != nil {
		spec.CapAdd, spec.CapDrop = p.Capabilities.Add, p.Capabilities.Drop
	}
	if p.SharedMemorySize != nil {
		spec.SharedMemory = int64(*p.SharedMemorySize) * mebibyte
	}
	if p.MaxSwap != nil {
		spec.MemorySwap = spec.Memory + int64(*p.MaxSwap)*mebibyte
		if p.Swappiness != nil {
			spec.MemorySwappiness = aws.Int64(int64(*p.Swappiness))
		}
	}
	for _, t := range p.Tmpfs {
		if spec.Tmpfs == nil {
			spec.Tmpfs = map[string]string{}
		}
		options := append([]string{fmt.Sprintf("size=%dm", t.Size)}, t.MountOptions...)
		spec.Tmpfs[aws.ToString(t.ContainerPath)] = strings.Join(options, ",")
	}
}

// addVolumes mounts the task's volumes: a host path as it is, anything else a
// volume that lives as long as the task.
func (w *work) addVolumes(spec *backend.ContainerSpec, d *types.ContainerDefinition) {
	for _, m := range d.MountPoints {
		name := aws.ToString(m.SourceVolume)
		mount := backend.Mount{Target: aws.ToString(m.ContainerPath), ReadOnly: aws.ToBool(m.ReadOnly)}
		if path := w.hostPath(name); path != "" {
			mount.Source = path
		} else {
			mount.Source, mount.Volume = volumeName(w.task, name), true
		}
		spec.Mounts = append(spec.Mounts, mount)
	}
	for _, from := range d.VolumesFrom {
		source := engineName(w.task, aws.ToString(from.SourceContainer))
		if aws.ToBool(from.ReadOnly) {
			source += ":ro"
		}
		spec.VolumesFrom = append(spec.VolumesFrom, source)
	}
}

// volumeName is the engine's name of a volume that lives as long as the task.
func volumeName(t *state.Task, volume string) string { return engineName(t, "volume-"+volume) }

// ownVolumes are the engine's names of all such volumes.
func ownVolumes(t *state.Task, volumes []types.Volume) []string {
	var names []string
	for _, v := range volumes {
		if v.Host == nil || aws.ToString(v.Host.SourcePath) == "" {
			names = append(names, volumeName(t, aws.ToString(v.Name)))
		}
	}
	return names
}

func (w *work) hostPath(volume string) string {
	for _, v := range w.volumes {
		if aws.ToString(v.Name) == volume && v.Host != nil {
			return aws.ToString(v.Host.SourcePath)
		}
	}
	return ""
}

// hostDomain is the domain of the names that a VPC gives to addresses.
// Source: Amazon VPC user guide, DNS attributes.
func hostDomain(s arn.Scope) string {
	if region := s.Region; region != "us-east-1" {
		return region + ".compute.internal"
	}
	return "ec2.internal"
}
