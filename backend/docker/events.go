package docker

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// resyncInterval is how often Watch asks for a full look although nothing seems
// lost: the engine drops events for a listener that is too slow for it.
const resyncInterval = 5 * time.Minute

// Watch implements backend.Engine.
func (e *Engine) Watch(ctx context.Context, fn func(backend.Event)) error {
	w := &watch{engine: e, fn: fn}
	wait := firstRetry
	for {
		err := w.listen(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.connected || !w.told {
			fn(backend.Event{Kind: backend.Disconnected, Time: time.Now(), Err: unavailable(err)})
			w.told, wait = true, firstRetry
		}
		w.connected = false
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
		wait = min(2*wait, lastRetry)
	}
}

// watch is one call of Watch, over all its connections.
type watch struct {
	engine    *Engine
	fn        func(backend.Event)
	connected bool
	told      bool   // that the engine is lost
	since     string // where the next connection takes up: the engine's time
	last      string // the event last passed on
}

// listen passes on events until the connection breaks.
func (w *watch) listen(ctx context.Context) error {
	if w.since == "" {
		// The engine answers before it listens itself. Starting from a time before
		// the request closes the gap.
		now, err := w.engine.engineTime(ctx)
		if err != nil {
			return err
		}
		w.since = engineTimestamp(now.UnixNano())
	} else if _, err := w.engine.client.Ping(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, broken := w.engine.client.Events(ctx, events.ListOptions{Since: w.since, Filters: w.filters()})
	w.connected, w.told = true, false
	w.fn(backend.Event{Kind: backend.Resync, Time: time.Now()})
	resync := time.NewTicker(resyncInterval)
	defer resync.Stop()
	for {
		select {
		case message := <-stream:
			w.pass(message)
		case <-resync.C:
			w.fn(backend.Event{Kind: backend.Resync, Time: time.Now()})
		case err := <-broken:
			return err
		}
	}
}

func (w *watch) filters() filters.Args {
	args := w.engine.owned(nil)
	args.Add("type", string(events.ContainerEventType))
	for _, action := range []events.Action{events.ActionStart, events.ActionDie, events.ActionHealthStatus} {
		args.Add("event", string(action))
	}
	return args
}

// pass hands on an event, unless it is the one at which the last connection ended.
func (w *watch) pass(message events.Message) {
	key := fmt.Sprint(message.Actor.ID, message.Action, message.TimeNano)
	if key == w.last {
		return
	}
	w.last, w.since = key, engineTimestamp(message.TimeNano)
	if event, ok := eventOf(message); ok {
		w.fn(event)
	}
}

// eventOf translates what the engine tells; most of it is of no concern.
func eventOf(message events.Message) (backend.Event, bool) {
	attributes := message.Actor.Attributes
	if of := kind(attributes[kindLabel]); of != kindSandbox && of != kindContainer {
		return backend.Event{}, false
	}
	event := backend.Event{
		ContainerID: message.Actor.ID, Labels: specLabels(attributes), Time: time.Unix(0, message.TimeNano),
	}
	switch action := message.Action; {
	case action == events.ActionStart:
		event.Kind = backend.ContainerStarted
	case action == events.ActionDie:
		event.Kind = backend.ContainerDied
		event.ExitCode, _ = strconv.Atoi(attributes["exitCode"]) // always a number
	case strings.HasPrefix(string(action), string(events.ActionHealthStatusHealthy)):
		event.Kind, event.Health = backend.HealthChanged, backend.Healthy
	case strings.HasPrefix(string(action), string(events.ActionHealthStatusUnhealthy)):
		event.Kind, event.Health = backend.HealthChanged, backend.Unhealthy
	default:
		return backend.Event{}, false
	}
	return event, true
}

// engineTimestamp is how the engine wants a time in a query.
func engineTimestamp(unixNano int64) string {
	return fmt.Sprintf("%d.%09d", unixNano/1e9, unixNano%1e9)
}
