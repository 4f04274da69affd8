package agent

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// sandboxSpec is the task's sandbox, without its network.
func (w *taskRunner) sandboxSpec() backend.SandboxSpec {
	return backend.SandboxSpec{
		Name: enginename.Of(w.task, enginename.Sandbox), Domain: ec2network.HostDomain(w.task.Scope()), Labels: w.host.labels(),
		Names:     containerspec.LentNames(w.task.Spec.NetworkMode, w.view.Definitions),
		SharesIPC: w.shares.IPC == types.IpcModeTask, Devices: w.instance != nil, CPUShares: w.size.Shares, CPU: w.size.CPU, Memory: w.size.Memory, Swap: containerspec.Swap(w.view.Definitions),
	}
}

// containerSpec is what the engine is to create for a container.
// Source: amazon-ecs-agent's translation of container definitions.
func (w *taskRunner) containerSpec(i int) (backend.ContainerSpec, error) {
	d, t := w.view.WithResources(&w.view.Definitions[i]), w.task
	name := aws.ToString(d.Name)
	env, err := w.environment(d, w.instance != nil && w.view.State(plan.Container(i)).Region)
	if err != nil {
		return backend.ContainerSpec{}, err
	}
	spec := containerspec.Container(d, w.instance == nil)
	spec.Name, spec.Sandbox, spec.Platform, spec.Env = enginename.Of(t, name), w.view.Status.SandboxID, w.platform, env
	spec.Exec = w.view.Status.Containers[i].ExecAgent.Status != ""
	spec.Labels = enginename.Labels(t, name)
	for key, value := range d.DockerLabels {
		if _, ours := spec.Labels[key]; !ours {
			spec.Labels[key] = value
		}
	}
	switch {
	case aws.ToBool(d.DisableNetworking): // in a namespace of its own, on no network
	case t.Spec.NetworkMode == types.NetworkModeBridge:
		spec.Network = w.on.Network
	case t.Spec.NetworkMode == types.NetworkModeHost:
		spec.Joins = w.on.Sandbox
	}
	w.shares.Join(&spec, w.view.Status.SandboxID, w.on.Sandbox)
	w.addVolumes(&spec, d)
	return spec, nil
}

// environment is what a container's process finds. What the container agent tells goes before
// all else. Source: amazon-ecs-agent, the precedence of variables.
func (w *taskRunner) environment(d *types.ContainerDefinition, ofImage bool) ([]string, error) {
	env := slices.Concat(containerspec.Endpoints(w.host.agent.Endpoints, d, w.task), containerspec.Environment(d, w.task, ofImage))
	if w.host.agent.Variables == nil || containerspec.Offline(d, w.task) {
		return env, nil
	}
	told, err := w.host.agent.Variables(w.task, aws.ToString(d.Name))
	return containerspec.WithoutReplacing(told, env), err
}
