package task

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// phases are the statuses that agents report of containers. Source: amazon-ecs-agent.
var phases = map[string]state.ContainerPhase{
	"": state.ContainerNone, "PENDING": state.ContainerNone,
	"RUNNING": state.ContainerRunning, "STOPPED": state.ContainerStopped,
}

var phaseOrder = []state.ContainerPhase{
	state.ContainerNone, state.ContainerPulled, state.ContainerCreated, state.ContainerRunning, state.ContainerStopped,
}

// container takes what is said of a container. Words of the refusals are the emulator's own.
func (r *report) container(change types.ContainerStateChange) error {
	name := aws.ToString(change.ContainerName)
	at := slices.IndexFunc(r.status.Containers, func(c state.Container) bool { return c.Name == name })
	if at < 0 {
		return kit.InvalidParameter("Container " + name + " is not found in the task.")
	}
	phase, known := phases[aws.ToString(change.Status)]
	if !known {
		return kit.InvalidParameter("Container status should be one of [PENDING,RUNNING,STOPPED]")
	}
	bindings, err := reportedBindings(change.NetworkBindings)
	if err != nil {
		return err
	}
	c := &r.status.Containers[at]
	if bindings != nil {
		c.Bindings = bindings
	}
	keep(&c.RuntimeID, change.RuntimeId)
	keep(&c.ImageDigest, change.ImageDigest)
	keep(&c.Reason, change.Reason) // agents cut it to 1024 characters
	if change.ExitCode != nil {
		c.ExitCode = change.ExitCode
	}
	if slices.Index(phaseOrder, phase) <= slices.Index(phaseOrder, c.Phase) {
		return nil
	}
	c.Phase = phase
	if phase == state.ContainerRunning {
		c.StartedAt = r.now
		return nil
	}
	c.StoppedAt, c.ExecAgent = r.now, execagent.End(c.ExecAgent)
	if r.essential(name) {
		r.end("")
	}
	return nil
}

// keep takes a text that is there.
func keep(text, said *string) {
	if aws.ToString(said) != "" {
		*text = *said
	}
}

func reportedBindings(list []types.NetworkBinding) ([]state.Binding, error) {
	var bindings []state.Binding
	for _, reported := range list {
		b, err := reportedBinding(reported)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(bindings, b) { // once more for IPv6
			bindings = append(bindings, b)
		}
	}
	return bindings, nil
}

func reportedBinding(r types.NetworkBinding) (state.Binding, error) {
	b := state.Binding{Protocol: cmp.Or(r.Protocol, types.TransportProtocolTcp)}
	if r.ContainerPortRange != nil || r.HostPortRange != nil {
		container, lastInside, ok := taskdef.ParsePortRange(aws.ToString(r.ContainerPortRange))
		host, lastOutside, valid := taskdef.ParsePortRange(aws.ToString(r.HostPortRange))
		if !ok || !valid || lastInside-container != lastOutside-host {
			return b, kit.InvalidParameter(fmt.Sprintf("Network binding has an invalid port range: %s to %s.", aws.ToString(r.HostPortRange), aws.ToString(r.ContainerPortRange)))
		}
		b.ContainerPort, b.HostPort, b.More = uint16(container), uint16(host), uint16(lastInside-container)
		return b, nil
	}
	host, container := aws.ToInt32(r.HostPort), aws.ToInt32(r.ContainerPort)
	if host < 1 || host > 65535 || container < 1 || container > 65535 {
		return b, kit.InvalidParameter(fmt.Sprintf("Network binding has an invalid port: %d to %d.", host, container))
	}
	b.ContainerPort, b.HostPort = uint16(container), uint16(host)
	return b, nil
}

// essential reports whether the task ends with a container. Of a definition that is gone
// it is unknown.
func (r *report) essential(name string) bool {
	if r.def == nil {
		return false
	}
	at := slices.IndexFunc(r.def.ContainerDefinitions, func(d types.ContainerDefinition) bool { return aws.ToString(d.Name) == name })
	return at >= 0 && taskdef.Essential(&r.def.ContainerDefinitions[at])
}

// hasRun reports whether a container that the task cannot do without has exited, however
// soon.
func (r *report) hasRun(c state.Container) bool { return c.ExitCode != nil && r.essential(c.Name) }
