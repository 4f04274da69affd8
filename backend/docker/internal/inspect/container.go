// Package inspect reads what the engine says about a container.
package inspect

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// Container translates what the engine says about a container.
func Container(found container.InspectResponse) backend.Container {
	state := found.State
	c := backend.Container{
		ID: found.ID, Name: strings.TrimPrefix(found.Name, "/"),
		Labels:  label.SpecLabels(found.Config.Labels),
		Sandbox: found.Config.Labels[label.KindKey] == string(label.Sandbox),
		State:   stateOf(state), Error: state.Error,
		StartedAt: dockerapi.ParseTime(state.StartedAt),
	}
	if c.IP = Address(found); c.IP.IsValid() {
		c.MAC = ipam.MAC(c.IP)
	}
	if !c.Sandbox {
		c.Image = found.Config.Image
		c.SandboxID = cmp.Or(found.Config.Labels[label.BoundKey], found.HostConfig.NetworkMode.ConnectedContainer())
	}
	switch c.State {
	case backend.Running:
		c.Health = healthOf(state.Health)
		if state.Health != nil && len(state.Health.Log) > 0 {
			last := state.Health.Log[len(state.Health.Log)-1]
			c.LastCheck = backend.CheckResult{ExitCode: last.ExitCode, Output: last.Output}
		}
	case backend.Exited:
		c.ExitCode, c.OOMKilled = state.ExitCode, outOfMemory(found)
		c.ExitedAt = dockerapi.ParseTime(state.FinishedAt)
		// The engine notes the start when it hears of it: after the end, for a
		// process that lives for less than a millisecond.
		if c.ExitedAt.Before(c.StartedAt) {
			c.ExitedAt = c.StartedAt
		}
	case backend.Created:
		// 126 to 128 when starting failed; the engine's error text tells more.
		c.ExitCode = state.ExitCode
	}
	return c
}

// outOfMemory reports whether a container itself was killed for want of memory: when a task as a
// whole is out of memory, the kernel notifies every group in the task's own,
// and the engine takes each notice for a kill.
func outOfMemory(found container.InspectResponse) bool {
	return found.State.OOMKilled && (!limits.InTask(found) || found.State.ExitCode == ExitKilled)
}

// ExitKilled is the exit code of a process that SIGKILL ended.
const ExitKilled = 128 + 9

func stateOf(state *container.State) backend.State {
	switch state.Status {
	case container.StateCreated:
		return backend.Created
	case container.StateRunning, container.StatePaused, container.StateRestarting:
		return backend.Running
	default: // exited, dead, removing
		return backend.Exited
	}
}

// healthOf is asked for running containers only: once one has exited the engine
// calls it unhealthy, even if its last check succeeded.
func healthOf(health *container.Health) backend.Health {
	if health == nil {
		return ""
	}
	switch health.Status {
	case container.Starting:
		return backend.Starting
	case container.Healthy:
		return backend.Healthy
	case container.Unhealthy:
		return backend.Unhealthy
	default:
		return ""
	}
}

// Address is the one that a sandbox or container has, or will have once it starts. Of
// two networks the one that it was made on counts: the other one it routes.
func Address(found container.InspectResponse) netip.Addr {
	if found.NetworkSettings == nil {
		return netip.Addr{}
	}
	return dockerapi.EndpointAddress(found.NetworkSettings.Networks[string(found.HostConfig.NetworkMode)])
}
