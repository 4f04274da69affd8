package control

import (
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// follower follows the output of a service's tasks.
type follower struct {
	*serviceOutput
	ended   map[string]bool // tasks that had stopped when it began
	reading map[string]*followed
	done    chan *followed
	readers sync.WaitGroup
}

// followed is a container whose output is or was followed.
type followed struct {
	source
	reads bool
	last  time.Time // of its last line
}

// follow sends the output of the tasks that run and of those that come. It returns what ended it.
func (s *serviceOutput) follow(ctx context.Context) string {
	ctx, cancel := context.WithCancel(ctx)
	f := &follower{serviceOutput: s, ended: map[string]bool{}, reading: map[string]*followed{}, done: make(chan *followed)}
	defer f.readers.Wait()
	defer cancel()
	woken := f.watch(ctx)
	for _, t := range state.ServiceTasks(s.store.Read(), s.service) {
		f.ended[t.ARN] = t.Ended()
	}
	for {
		if gone := f.look(ctx); gone != "" {
			return gone
		}
		f.tail = 0 // of a task that comes, all is new
		select {
		case <-ctx.Done():
			return ""
		case <-woken:
		case c := <-f.done:
			c.reads = false
		}
	}
}

// watch tells when the service or one of its tasks changes.
func (f *follower) watch(ctx context.Context) <-chan struct{} {
	watch, woken := state.WatchServiceTasks(f.store), make(chan struct{}, 1)
	f.readers.Go(func() {
		defer watch.Close()
		for {
			changed, err := watch.Next(ctx)
			if err != nil {
				return
			}
			watch.Done(changed)
			if changed == f.service {
				select {
				case woken <- struct{}{}:
				default: // it is told already
				}
			}
		}
	})
	return woken
}

// look reads the containers that are not read yet. It says so when the service is gone and all is read.
func (f *follower) look(ctx context.Context) (gone string) {
	tx, reads := f.store.Read(), false
	for _, t := range state.ServiceTasks(tx, f.service) {
		if f.ended[t.ARN] {
			continue
		}
		for _, from := range f.sources(t) {
			key := from.task + " " + from.container
			c, known := f.reading[key]
			if !known {
				c = &followed{}
				f.reading[key] = c
			}
			if !known || !c.reads && from.restarts > c.restarts {
				c.source, c.reads = from, true
				tail := f.tail
				f.readers.Go(func() { f.follows(ctx, c, tail) })
			}
		}
	}
	for _, c := range f.reading {
		reads = reads || c.reads
	}
	if s := state.FindService(tx, f.service); s == nil && !reads {
		return "service " + arn.Name(f.service) + " is no longer there"
	} else if s != nil && s.Status() == state.ServiceInactive && !reads {
		return "service " + arn.Name(f.service) + " is INACTIVE"
	}
	return ""
}

// follows sends what a container writes until it stops.
func (f *follower) follows(ctx context.Context, c *followed, tail int) {
	options := backend.LogOptions{Follow: true, Tail: tail, Write: func(at time.Time, _ bool, line string) error {
		c.last = at
		return f.send(c.line(line))
	}}
	if !c.last.IsZero() { // the container has been restarted
		options.Since = c.last.Add(1)
	}
	if err := f.logs(ctx, c.task, c.container, options); err != nil && ctx.Err() == nil {
		_ = f.send(Output{Note: "the output of task " + arn.Name(c.task) + " ends: " + noOutput(f.store.Read(), c.task, err)})
	}
	select {
	case f.done <- c:
	case <-ctx.Done():
	}
}
