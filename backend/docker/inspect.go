package docker

import (
	"cmp"
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// Inspect implements backend.Engine.
func (e *Engine) Inspect(ctx context.Context, id string) (backend.Container, error) {
	began := e.leases.Began(id)
	found, err := e.containers.Inspect(ctx, id)
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	c := containerOf(found)
	if c.State == backend.Exited && !c.Sandbox {
		e.leases.Rest(id, began)
	}
	if c.State == backend.Exited && c.ExitCode == exitKilled && !c.OOMKilled && limited(found) {
		c.OOMKilled = e.sawOutOfMemory(ctx, c)
	}
	c.Outdated = e.isOutdatedBalancer(ctx, c)
	return c, nil
}

// limited reports whether a container can run out of memory by itself.
func limited(found container.InspectResponse) bool {
	return found.HostConfig.Memory > 0 || limits.InTask(found)
}

// oomNotice is how long the notice that a container is out of memory may take,
// which comes on another way than that of its end.
const oomNotice = time.Second

// sawOutOfMemory looks for the engine's notice. If that comes after the end of the
// container, the engine forgets to write it down, but tells of it all the same. There is
// none where the container's group was gone before the engine looked; that its sandbox has
// the same notice is left, see outOfMemory.
func (e *Engine) sawOutOfMemory(ctx context.Context, c backend.Container) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*oomNotice)
	defer cancel()
	about := make(client.Filters).Add("container", c.ID).Add("event", string(events.ActionOOM))
	if c.SandboxID != "" {
		about.Add("container", c.SandboxID)
	}
	stream := e.client.Events(ctx, client.EventsListOptions{
		Since: dockerapi.FormatTime(c.StartedAt), Until: dockerapi.FormatTime(c.ExitedAt.Add(oomNotice)), // by the engine's clock
		Filters: about,
	})
	for {
		select {
		case message := <-stream.Messages:
			if message.Actor.ID == c.ID || time.Unix(0, message.TimeNano).After(c.ExitedAt.Add(-oomNotice)) {
				return true
			}
		case <-stream.Err: // the end of the list, too
			return false
		}
	}
}

// containerOf translates what the engine says about a container.
func containerOf(found container.InspectResponse) backend.Container {
	state := found.State
	c := backend.Container{
		ID: found.ID, Name: strings.TrimPrefix(found.Name, "/"),
		Labels:  label.SpecLabels(found.Config.Labels),
		Sandbox: found.Config.Labels[label.KindKey] == string(label.Sandbox),
		State:   stateOf(state), Error: state.Error,
		StartedAt: dockerapi.ParseTime(state.StartedAt),
	}
	if c.IP = address(found); c.IP.IsValid() {
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

// outOfMemory tells the container that was killed from its neighbours: when a task
// as a whole is out of memory, the kernel notifies every group in the task's own,
// and the engine takes each notice for a kill.
func outOfMemory(found container.InspectResponse) bool {
	return found.State.OOMKilled && (!limits.InTask(found) || found.State.ExitCode == exitKilled)
}

// exitKilled is the exit code of a process that SIGKILL ended.
const exitKilled = 128 + 9

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
// calls it unhealthy, whatever its check said last.
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

// address is the one that a sandbox or container has, or will have once it starts. Of
// two networks the one that it was made on counts: the other one it routes.
func address(found container.InspectResponse) netip.Addr {
	if found.NetworkSettings == nil {
		return netip.Addr{}
	}
	return dockerapi.EndpointAddress(found.NetworkSettings.Networks[string(found.HostConfig.NetworkMode)])
}
