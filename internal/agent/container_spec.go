package agent

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Labels of containers; see state.Task.ContainerLabels.
const (
	labelContainerName = state.LabelContainerName
	labelTaskARN       = state.LabelTaskARN
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
	all := t.ContainerLabels(container)
	all[labelHost] = hostLabel(hostName(t))
	if instance := t.Placement.ContainerInstance; instance != "" {
		all[containerinstance.Label] = instance
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

// sandboxSpec is the task's sandbox, without its network.
func (w *work) sandboxSpec() backend.SandboxSpec {
	return backend.SandboxSpec{
		Name: engineName(w.task, sandboxContainerName), Domain: state.HostDomain(w.task.Scope()), Labels: w.host.labels(),
		Names:     lentNames(w.task.Spec.NetworkMode, w.view.definitions),
		SharesIPC: w.ipc == types.IpcModeTask, Devices: w.machine != nil, CPUShares: w.size.shares, CPU: w.size.cpu, Memory: w.size.memory, Swap: swap(w.view.definitions),
	}
}

// size bounds all of a task's containers together: CPU units and bytes; 0 is no bound.
// Without a bound of CPU, shares weigh them against other tasks.
type size struct{ cpu, memory, shares int64 }

// newSize is that of the task level. On a container instance a task may have none: what it
// shows as its size then is the sum of its containers', and bounds nothing.
// Sources: ECS developer guide, task size; amazon-ecs-agent, the shares of a task's cgroup.
func newSize(cpu, memory string, definitions []types.ContainerDefinition) size {
	units, _ := strconv.ParseInt(cpu, 10, 64)
	mib, _ := strconv.ParseInt(memory, 10, 64)
	s := size{cpu: units, memory: mib * mebibyte}
	for i := range definitions {
		if units == 0 {
			s.shares = min(s.shares+cpuShares(&definitions[i]), maxShares)
		}
	}
	return s
}

// Shares that the kernel takes.
const minShares, maxShares = 2, 262_144

// cpuShares are those of a container. Source: amazon-ecs-agent.
func cpuShares(d *types.ContainerDefinition) int64 {
	return min(max(minShares, int64(d.Cpu)), maxShares)
}

// containerSpec is what the engine is to create for a container.
// Source: amazon-ecs-agent's translation of container definitions.
func (w *work) containerSpec(i int) (backend.ContainerSpec, error) {
	d, t := w.withResources(&w.view.definitions[i]), w.task
	name := aws.ToString(d.Name)
	env, err := w.environment(d, w.machine != nil && w.view.about(i).region)
	if err != nil {
		return backend.ContainerSpec{}, err
	}
	spec := backend.ContainerSpec{
		Name: engineName(t, name), Image: aws.ToString(d.Image), Sandbox: w.view.status.SandboxID,
		Platform:   w.platform,
		Names:      names(d),
		Log:        logDriver(d.LogConfiguration),
		Labels:     map[string]string{},
		EntryPoint: d.EntryPoint, Command: d.Command, Env: env,
		User: aws.ToString(d.User), WorkingDir: aws.ToString(d.WorkingDirectory),
		TTY: aws.ToBool(d.PseudoTerminal), OpenStdin: aws.ToBool(d.Interactive),
		CPUShares:      cpuShares(d),
		Memory:         int64(aws.ToInt32(d.Memory)) * mebibyte,
		ReadonlyRootfs: aws.ToBool(d.ReadonlyRootFilesystem), Privileged: aws.ToBool(d.Privileged),
		MemoryReservation: int64(aws.ToInt32(d.MemoryReservation)) * mebibyte,
		Health:            healthCheck(d.HealthCheck),
		Ports:             tcpPorts(d.PortMappings),
		SecurityOpt:       securityOptions(d.DockerSecurityOptions),
		Ulimits:           ulimits(d, w.machine == nil),
	}
	maps.Copy(spec.Labels, d.DockerLabels)
	maps.Copy(spec.Labels, labels(t, name)) // they win
	switch {
	case aws.ToBool(d.DisableNetworking): // in a namespace of its own, on no network
	case t.Spec.NetworkMode == types.NetworkModeBridge:
		spec.Network = w.on.Network
	case t.Spec.NetworkMode == types.NetworkModeHost:
		spec.Joins = w.on.Sandbox
	}
	w.shareNamespaces(&spec)
	for _, s := range d.SystemControls {
		if spec.Sysctls == nil {
			spec.Sysctls = map[string]string{}
		}
		spec.Sysctls[aws.ToString(s.Namespace)] = aws.ToString(s.Value)
	}
	w.addVolumes(&spec, d)
	addLinuxParameters(&spec, d.LinuxParameters)
	return spec, nil
}

// tcpPorts are the container ports of mappings for TCP, but those of port ranges.
func tcpPorts(mappings []types.PortMapping) (ports []int) {
	for _, m := range mappings {
		if m.ContainerPort != nil && m.Protocol != types.TransportProtocolUdp {
			ports = append(ports, int(*m.ContainerPort))
		}
	}
	return ports
}

// securityOptions are those that ECS passes on. Others, above all seccomp's, do not get to the
// engine, nor does the agent on Linux pass on a credential spec.
// Source: ECS API reference, ContainerDefinition.dockerSecurityOptions; containers-roadmap
// issue 356; amazon-ecs-agent.
func securityOptions(all []string) (passed []string) {
	for _, option := range all {
		kind, _, _ := strings.Cut(strings.Replace(option, "=", ":", 1), ":")
		if slices.Contains([]string{"no-new-privileges", "apparmor", "label"}, kind) {
			passed = append(passed, option)
		}
	}
	return passed
}

// environment is what a container's process finds. What the container agent tells goes before
// all else. Source: amazon-ecs-agent, the precedence of variables.
func (w *work) environment(d *types.ContainerDefinition, ofImage bool) ([]string, error) {
	env := slices.Concat(endpoints(w.host.agent.Endpoints, d, w.task), environment(d, w.task, ofImage))
	if w.host.agent.Variables == nil || offline(d, w.task) {
		return env, nil
	}
	told, err := w.host.agent.Variables(w.task, aws.ToString(d.Name))
	return withoutReplacing(told, env), err
}

// offline reports whether a container has no network.
func offline(d *types.ContainerDefinition, t *state.Task) bool {
	return t.Spec.NetworkMode == types.NetworkModeNone || aws.ToBool(d.DisableNetworking)
}

// environment is what ECS adds, and the definition's, which wins. A definition that
// names a region gets none of the other name: AWS_REGION would go before its
// AWS_DEFAULT_REGION. On container instances an image does so as well.
//
// Source: ECS developer guide, environment variables; the container agent's precedence for
// the region. That the same holds for AWS_EXECUTION_ENV is the emulator's choice.
func environment(d *types.ContainerDefinition, t *state.Task, ofImage bool) []string {
	var env []string
	if region := t.Scope().Region; !ofImage && !hasVariable(d.Environment, "AWS_REGION") && !hasVariable(d.Environment, "AWS_DEFAULT_REGION") {
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

// endpoints are those of variables that a container gets: none without a network, nor if the
// definition has a setting for all services, which they would go before, and otherwise all that
// it does not set.
// Source: AWS SDKs and Tools reference guide, service-specific endpoints.
func endpoints(variables []string, d *types.ContainerDefinition, t *state.Task) (env []string) {
	if offline(d, t) {
		return nil
	}
	for _, general := range []string{"AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
		if hasVariable(d.Environment, general) {
			return nil
		}
	}
	for _, v := range variables {
		if name, _, _ := strings.Cut(v, "="); !hasVariable(d.Environment, name) {
			env = append(env, v)
		}
	}
	return env
}

// hasVariable tells whether an environment has a variable of the name.
func hasVariable(environment []types.KeyValuePair, name string) bool {
	return slices.ContainsFunc(environment, func(e types.KeyValuePair) bool { return aws.ToString(e.Name) == name })
}

// ulimits are the definition's, and on Fargate 65535 open files unless it says otherwise.
// Other limits there are those of Docker, or follow from the size of the machine.
// Source: recorded processes on Fargate.
func ulimits(d *types.ContainerDefinition, fargate bool) (list []backend.Ulimit) {
	const fargateFiles = 65_535
	if fargate && !slices.ContainsFunc(d.Ulimits, func(u types.Ulimit) bool { return u.Name == types.UlimitNameNofile }) {
		list = append(list, backend.Ulimit{Name: string(types.UlimitNameNofile), Soft: fargateFiles, Hard: fargateFiles, Optional: true})
	}
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
