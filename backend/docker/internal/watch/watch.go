// Package watch tells of what happens to the containers of an owner.
package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

const (
	// resyncInterval is how often Watch asks for a full look although no event seems
	// lost: the engine drops events for a listener that is too slow for it.
	resyncInterval = 5 * time.Minute
	// beatInterval is how often Watch asks the engine for a sign of life, and
	// beatTimeout how long the engine may take for it: an engine that hangs keeps its
	// connections open.
	beatInterval = 5 * time.Second
	beatTimeout  = 5 * time.Second
	// beatsOutside is after how many of them Watch asks whether the engine is still in its swarm.
	beatsOutside = 2
)

type Watcher struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Owner      label.Owner
	Log        *slog.Logger
	// Hide reports whether an event is of a container that callers do not see.
	Hide func(events.Message) bool
	// Outside reports whether the engine does not belong to its swarm any more, of which it tells no event. Nil: it is in none.
	Outside func(context.Context) bool
}

// Watch calls fn for each event of containers with labels until ctx ends, and returns its error; see
// backend.Engine.
func (e *Watcher) Watch(ctx context.Context, labels map[string]string, fn func(backend.Event)) error {
	w := &watch{Watcher: e, labels: labels, fn: fn}
	wait := dockerapi.FirstRetry
	for {
		err := w.listen(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.connected || !w.told {
			fn(backend.Event{Kind: backend.Disconnected, Time: time.Now(), Err: dockerapi.Unavailable(err)})
			w.told, wait = true, dockerapi.FirstRetry
		}
		w.connected = false
		if err := pause.For(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, dockerapi.LastRetry)
	}
}

// watch is one call of Watch, over all its connections.
type watch struct {
	*Watcher
	labels    map[string]string
	fn        func(backend.Event)
	connected bool
	told      bool   // that the engine is lost
	since     string // where the next connection takes up: the engine's time
	last      string // the event last passed on
}

// listen passes on events until the connection breaks or the engine falls silent.
// Reading goes on while fn works: the engine drops events that wait too long.
func (w *watch) listen(ctx context.Context) error {
	var tending sync.WaitGroup
	defer tending.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stream, broken, err := w.connect(ctx)
	if err != nil {
		return err
	}
	w.connected, w.told = true, false
	queue := newQueue()
	queue.add(backend.Event{Kind: backend.Resync, Time: time.Now()})
	since := w.since
	tending.Go(func() { w.beat(ctx, cancel, queue) })
	tending.Go(func() { w.followNetworks(ctx, since, queue) })
	tending.Go(func() { cancel(w.read(ctx, stream, broken, queue)) })
	for {
		event, err := queue.next(ctx)
		if err != nil {
			return context.Cause(ctx)
		}
		w.fn(event)
	}
}

// connect returns when the engine has answered.
func (w *watch) connect(ctx context.Context) (<-chan events.Message, <-chan error, error) {
	answer, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	if w.since == "" {
		// The engine answers before it listens itself. Starting from a time before
		// the request closes the gap.
		now, err := w.Client.Time(answer)
		if err != nil {
			return nil, nil, err
		}
		w.since = dockerapi.FormatTime(now)
	} else if err := w.Client.Ping(answer); err != nil {
		return nil, nil, err
	}
	listening, stop := context.WithCancel(ctx)
	late := context.AfterFunc(answer, stop)
	stream := w.Client.Events(listening, client.EventsListOptions{Since: w.since, Filters: w.filters()})
	if !late() {
		return nil, nil, errors.New("the engine does not answer a request for its events")
	}
	select {
	case err := <-stream.Err: // refused
		return nil, nil, err
	default:
		return stream.Messages, stream.Err, nil
	}
}

func (w *watch) filters() client.Filters {
	args := w.Owner.Filter(w.labels)
	args.Add("type", string(events.ContainerEventType))
	for _, action := range []events.Action{events.ActionStart, events.ActionDie, events.ActionHealthStatus} {
		args.Add("event", string(action))
	}
	return args
}

// read takes the engine's messages until the connection breaks.
func (w *watch) read(ctx context.Context, stream <-chan events.Message, broken <-chan error, queue *queue) error {
	resync := time.NewTicker(resyncInterval)
	defer resync.Stop()
	for {
		select {
		case message := <-stream:
			if event, ok := w.take(message); ok {
				queue.add(event)
			}
		case <-resync.C:
			queue.add(backend.Event{Kind: backend.Resync, Time: time.Now()})
		case err := <-broken:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take reads a message, unless it is the one at which the last connection ended.
func (w *watch) take(message events.Message) (backend.Event, bool) {
	key := fmt.Sprint(message.Actor.ID, message.Action, message.TimeNano)
	if key == w.last {
		return backend.Event{}, false
	}
	w.last, w.since = key, dockerapi.FormatTime(time.Unix(0, message.TimeNano))
	if w.Hide(message) {
		return backend.Event{}, false
	}
	return eventOf(message)
}

// beat asks the engine for a sign of life now and then, and cancels when none comes. It has an engine looked at that has left
// its swarm.
func (e *Watcher) beat(ctx context.Context, cancel context.CancelCauseFunc, queue *queue) {
	tick := time.NewTicker(beatInterval)
	defer tick.Stop()
	outside := false
	for beats := 1; ; beats++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		answer, stop := context.WithTimeout(ctx, beatTimeout)
		err := e.Client.Ping(answer)
		stop()
		if err != nil && ctx.Err() == nil {
			cancel(fmt.Errorf("no sign of life within %s: %w", beatTimeout, err))
			return
		}
		if e.Outside != nil && beats%beatsOutside == 0 {
			outside = e.seeOutside(ctx, outside, queue)
		}
	}
}

// seeOutside asks whether the engine has left its swarm, which it may have done before, and has it looked at if that is new.
func (e *Watcher) seeOutside(ctx context.Context, before bool, queue *queue) (now bool) {
	now = e.Outside(ctx)
	if now && !before {
		queue.add(backend.Event{Kind: backend.Resync, Time: time.Now()})
	}
	return now
}

// eventOf translates what the engine tells; most of it is of no concern.
func eventOf(message events.Message) (backend.Event, bool) {
	attributes := message.Actor.Attributes
	if of := label.Kind(attributes[label.KindKey]); of != label.Sandbox && of != label.Container {
		return backend.Event{}, false
	}
	event := backend.Event{ContainerID: message.Actor.ID, Time: time.Unix(0, message.TimeNano)}
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
