package main

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// Labels by which the engine tells what belongs to whom. Source: ECS developer guide,
// labels that the container agent sets, for the task.
const (
	ownerLabel = "ecs-emulator.owner"
	taskLabel  = "com.amazonaws.ecs.task-arn"
)

// witness follows what the engine itself says of the containers of one owner: its
// events, and its lists where events got lost with a restart.
type witness struct {
	docker *client.Client
	owner  string
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu   sync.Mutex
	seen map[string]*seen // by container id
}

// seen is what the engine has told of a container.
type seen struct {
	task   string
	starts int
	code   *int // with which it ended
}

func newWitness(ctx context.Context, owner string) (*witness, error) {
	cli, err := client.New(client.FromEnv)
	if err != nil {
		return nil, err
	}
	w := &witness{docker: cli, owner: owner, seen: map[string]*seen{}}
	ctx, w.cancel = context.WithCancel(ctx)
	w.done.Go(func() { w.listen(ctx) })
	w.done.Go(func() { w.look(ctx) })
	return w, nil
}

func (w *witness) close() {
	w.cancel()
	w.done.Wait()
	_ = w.docker.Close()
}

func (w *witness) owned() client.Filters {
	return make(client.Filters).Add("label", ownerLabel+"="+w.owner)
}

// listen follows the engine's events, from where it was when the engine went away.
func (w *witness) listen(ctx context.Context) {
	since := fmt.Sprint(time.Now().Unix())
	for ctx.Err() == nil {
		args := w.owned()
		args.Add("event", string(events.ActionStart))
		args.Add("event", string(events.ActionDie))
		stream := w.docker.Events(ctx, client.EventsListOptions{Since: since, Filters: args})
		for open := true; open; {
			select {
			case m := <-stream.Messages:
				since = fmt.Sprintf("%d.%09d", m.TimeNano/1e9, m.TimeNano%1e9+1)
				w.tell(m)
			case <-stream.Err:
				open = false
			}
		}
		_ = pause.For(ctx, 100*time.Millisecond)
	}
}

func (w *witness) tell(m events.Message) {
	task := m.Actor.Attributes[taskLabel]
	if task == "" {
		return // a sandbox
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.of(m.Actor.ID, task)
	switch m.Action {
	case events.ActionStart:
		c.starts++
	case events.ActionDie:
		if code, err := strconv.Atoi(m.Actor.Attributes["exitCode"]); err == nil {
			c.code = &code
		}
	}
}

func (w *witness) of(id, task string) *seen {
	if w.seen[id] == nil {
		w.seen[id] = &seen{task: task}
	}
	return w.seen[id]
}

// look inspects what has ended, now and then.
func (w *witness) look(ctx context.Context) {
	for ctx.Err() == nil {
		args := w.owned()
		args.Add("status", "exited")
		list, err := w.docker.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: args})
		for _, c := range list.Items {
			if err == nil && c.Labels[taskLabel] != "" {
				w.inspect(ctx, c)
			}
		}
		_ = pause.For(ctx, time.Second)
	}
}

func (w *witness) inspect(ctx context.Context, c container.Summary) {
	w.mu.Lock()
	known := w.seen[c.ID] != nil && w.seen[c.ID].code != nil
	w.mu.Unlock()
	if known {
		return
	}
	found, err := w.docker.ContainerInspect(ctx, c.ID, client.ContainerInspectOptions{})
	if err != nil || found.Container.State.Status != container.StateExited {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(c.ID, c.Labels[taskLabel])
	s.starts, s.code = max(s.starts, 1), &found.Container.State.ExitCode
}

// containers are what has been seen, by task.
func (w *witness) containers() map[string][]seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	byTask := map[string][]seen{}
	for c := range maps.Values(w.seen) {
		byTask[c.task] = append(byTask[c.task], *c)
	}
	return byTask
}

// started is how many containers have been started.
func (w *witness) started() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.seen {
		n += min(1, c.starts)
	}
	return n
}

// left is what the engine has of the owner.
func (w *witness) left(ctx context.Context) (list []string, err error) {
	containers, err := w.docker.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: w.owned()})
	if err != nil {
		return nil, err
	}
	for _, c := range containers.Items {
		list = append(list, "container "+c.Names[0])
	}
	networks, err := w.docker.NetworkList(ctx, client.NetworkListOptions{Filters: w.owned()})
	if err != nil {
		return nil, err
	}
	for _, n := range networks.Items {
		list = append(list, "network "+n.Name)
	}
	volumes, err := w.docker.VolumeList(ctx, client.VolumeListOptions{Filters: w.owned()})
	for _, v := range volumes.Items {
		list = append(list, "volume "+v.Name)
	}
	return list, err
}
