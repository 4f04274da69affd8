// Package taskspec says what an engine is to make for a task: its sandbox, its containers and its volumes.
package taskspec

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// Maker says what an engine is to make for a task.
type Maker struct {
	Task        *state.Task
	View        *plan.View
	OnInstance  bool   // on a container instance, not on Fargate
	Platform    string // of its images; empty is the engine's own
	Size        containerspec.Size
	Shares      containerspec.Namespaces
	Volumes     volume.Options
	Endpoints   []string // see agent.Options, as of what follows
	Variables   func(t *state.Task, container string) ([]string, error)
	MakesVolume func(t *state.Task, v *state.ManagedVolume) bool
	Router      firelens.Task // what a log router tells of the task
}

// Sandbox is the task's sandbox, without its network.
func (m *Maker) Sandbox() backend.SandboxSpec {
	return backend.SandboxSpec{
		Name: enginename.Of(m.Task, enginename.Sandbox), Domain: ec2network.HostDomain(m.Task.Scope()),
		Labels:    enginename.HostLabels(m.Task.Placement.Host),
		Names:     containerspec.LentNames(m.Task.Spec.NetworkMode, m.View.Definitions),
		SharesIPC: m.Shares.IPC == types.IpcModeTask, Devices: m.OnInstance,
		CPUShares: m.Size.Shares, CPU: m.Size.CPU, Memory: m.Size.Memory, Swap: containerspec.Swap(m.View.Definitions),
	}
}

// Container is what the engine is to create for a container. The container instance of the task, if it has one, is at on.
// Source: amazon-ecs-agent's translation of container definitions.
func (m *Maker) Container(i int, on containerinstance.Place) (backend.ContainerSpec, error) {
	d, t := m.View.WithResources(&m.View.Definitions[i]), m.Task
	name := aws.ToString(d.Name)
	env, err := m.environment(d, m.OnInstance && m.View.State(plan.Container(i)).Region)
	if err != nil {
		return backend.ContainerSpec{}, err
	}
	spec := containerspec.Container(d, !m.OnInstance)
	spec.Name, spec.Sandbox, spec.Platform, spec.Env = enginename.Of(t, name), m.View.Status.SandboxID, m.Platform, env
	spec.Exec = m.View.Status.Containers[i].ExecAgent.Status != ""
	spec.Labels = enginename.Labels(t, name)
	for key, value := range d.DockerLabels {
		if _, ours := spec.Labels[key]; !ours {
			spec.Labels[key] = value
		}
	}
	switch {
	case aws.ToBool(d.DisableNetworking): // in a namespace of its own, on no network
	case t.Spec.NetworkMode == types.NetworkModeBridge:
		spec.Network = on.Network
	case t.Spec.NetworkMode == types.NetworkModeHost:
		spec.Joins = on.Sandbox
	}
	m.Shares.Join(&spec, m.View.Status.SandboxID, on.Sandbox)
	m.addVolumes(&spec, d)
	return spec, m.addLogRouter(&spec, d)
}

// environment is what a container's process finds. What the container agent tells goes before
// all else. Source: amazon-ecs-agent, the precedence of variables.
func (m *Maker) environment(d *types.ContainerDefinition, ofImage bool) ([]string, error) {
	env := slices.Concat(containerspec.Endpoints(m.Endpoints, d, m.Task), containerspec.Environment(d, m.Task, ofImage))
	if m.Variables == nil || containerspec.Offline(d, m.Task) {
		return env, nil
	}
	told, err := m.Variables(m.Task, aws.ToString(d.Name))
	return containerspec.WithoutReplacing(told, env), err
}

// Linked are the containers that a container links to. They have started, so they are on
// the engine.
func (m *Maker) Linked(i int) (list []containerspec.Linked) {
	for _, l := range containerspec.Links(&m.View.Definitions[i]) {
		if c := m.View.Container(l.Container); c != nil && c.EngineID != "" {
			list = append(list, containerspec.Linked{
				EngineName: enginename.Of(m.Task, c.Name), EngineID: c.EngineID, Alias: l.Alias, Definition: m.View.Definition(c.Name),
			})
		}
	}
	return list
}

// Proxy is what the engine is to create for the task's proxy of Service Connect.
func (m *Maker) Proxy(i int) backend.LoadBalancerSpec {
	name := m.View.Status.Containers[i].Name
	return backend.LoadBalancerSpec{
		Name: enginename.Of(m.Task, name), Sandbox: m.View.Status.SandboxID, Labels: enginename.Labels(m.Task, name),
		Logs: true, Debug: m.Task.Spec.Connect.Debug, Many: true,
	}
}
