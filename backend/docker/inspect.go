package docker

import (
	"context"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
)

// Inspect implements backend.Engine.
func (e *Engine) Inspect(ctx context.Context, id string) (backend.Container, error) {
	began := e.leases.Began(id)
	found, err := e.containers.Inspect(ctx, id)
	if err != nil {
		return backend.Container{}, dockerapi.Classify(err)
	}
	c := inspect.Container(found)
	if c.State == backend.Exited && !c.Sandbox {
		e.leases.Rest(id, began)
	}
	if c.State == backend.Exited && c.ExitCode == inspect.ExitKilled && !c.OOMKilled && limited(found) {
		c.OOMKilled = e.sawOutOfMemory(ctx, c)
	}
	c.Outdated = e.isOutdatedBalancer(ctx, c)
	return c, nil
}

// limited reports whether a container can run out of memory by itself.
func limited(found container.InspectResponse) bool {
	return found.HostConfig.Memory > 0 || limits.InTask(found)
}

// oomNotice is for how long the notice that a container is out of memory may come after that of its
// end.
const oomNotice = time.Second

// sawOutOfMemory looks for the engine's notice among its events. If the notice comes after the end of
// the container, inspecting the container does not show it. If the container's group was gone before
// the engine looked there is none, but its sandbox has got the same notice; see package inspect.
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
