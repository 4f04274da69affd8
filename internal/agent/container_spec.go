package agent

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/containerspec"
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
		Names:     containerspec.LentNames(w.task.Spec.NetworkMode, w.view.definitions),
		SharesIPC: w.ipc == types.IpcModeTask, Devices: w.machine != nil, CPUShares: w.size.Shares, CPU: w.size.CPU, Memory: w.size.Memory, Swap: containerspec.Swap(w.view.definitions),
	}
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
	spec := containerspec.Container(d, w.machine == nil)
	spec.Name, spec.Sandbox, spec.Platform, spec.Env = engineName(t, name), w.view.status.SandboxID, w.platform, env
	spec.Log, spec.Labels = logDriver(d.LogConfiguration), map[string]string{}
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
	w.addVolumes(&spec, d)
	return spec, nil
}

// environment is what a container's process finds. What the container agent tells goes before
// all else. Source: amazon-ecs-agent, the precedence of variables.
func (w *work) environment(d *types.ContainerDefinition, ofImage bool) ([]string, error) {
	env := slices.Concat(containerspec.Endpoints(w.host.agent.Endpoints, d, w.task), containerspec.Environment(d, w.task, ofImage))
	if w.host.agent.Variables == nil || containerspec.Offline(d, w.task) {
		return env, nil
	}
	told, err := w.host.agent.Variables(w.task, aws.ToString(d.Name))
	return containerspec.WithoutReplacing(told, env), err
}
