package watch

import (
	"context"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
)

// containerAttribute is the attribute in which an event of a network names the container.
const containerAttribute = "container"

// lookTimeout bounds how long the engine may take to say how a container is.
const lookTimeout = 10 * time.Second

// followNetworks tells of sandboxes that are taken off their network by hand, until ctx or the stream
// ends. These events carry no labels of containers, so they have a stream of their own; without it
// the next Resync tells.
func (w *watch) followNetworks(ctx context.Context, since string, queue *queue) {
	stream := w.Client.Events(ctx, client.EventsListOptions{Since: since, Filters: make(client.Filters).
		Add("type", string(events.NetworkEventType)).
		Add("event", string(events.ActionDisconnect))})
	for {
		select {
		case message := <-stream.Messages:
			id := message.Actor.Attributes[containerAttribute]
			if w.Containers.Knows(id) && w.lacksNetwork(ctx, id) {
				queue.add(backend.Event{Kind: backend.NetworkLost, ContainerID: id, Time: time.Unix(0, message.TimeNano)})
			}
		case err := <-stream.Err:
			if ctx.Err() == nil {
				w.Log.Debug("events of networks not followed", "error", err)
			}
			return
		case <-ctx.Done():
			return
		}
	}
}

// lacksNetwork asks the engine whether a sandbox runs without the network that it was made for: one
// that ends leaves it as well.
func (w *watch) lacksNetwork(ctx context.Context, id string) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	found, err := w.Containers.Inspect(ctx, id)
	if err != nil {
		return false
	}
	c := inspect.Container(found)
	for name, value := range w.labels {
		if c.Labels[name] != value {
			return false
		}
	}
	return c.Sandbox && c.State == backend.Running && !found.HostConfig.NetworkMode.IsNone() && !c.IP.IsValid()
}
