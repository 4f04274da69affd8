// Package leftover removes what stopped tasks leave on an engine, some time after their end.
package leftover

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// Queue has the containers of stopped tasks. They stay a while, so that their
// output can be read, but not more of them than most tasks': the oldest
// go first. The real agent keeps them three hours.
type Queue struct {
	Options

	mu    sync.Mutex
	ended bool // the next run takes over what comes
	queue []Task
	stray int                   // removals under way of what should not run
	full  atomic.Pointer[error] // why the latest call found no room on the engine's disk; nil: it did
}

// Task is what a stopped task has left.
type Task struct {
	ARN     string
	IDs     []string // of containers
	Volumes []string // that lived as long as the task
	Unsure  bool     // there may be more containers
	timer   *clock.Timer
}

// most is of how many tasks they stay.
const most = 100

type Options struct {
	Engine *enginecall.Engine
	Clock  *clock.Clock
	Log    *slog.Logger
	Logs   *awslogs.Readers
	Keep   time.Duration // how long containers stay after their task stopped
	// Follow has what is left of a container's output read.
	Follow func(taskARN string, c backend.Container)
	// Removed is called when what should not run has been removed.
	Removed func()
}

// New makes an empty queue.
func New(o Options) *Queue { return &Queue{Options: o} }

// Add takes what a task that stopped has left.
func (l *Queue) Add(ctx context.Context, left Task) {
	if len(left.IDs) == 0 && len(left.Volumes) == 0 && !left.Unsure {
		return
	}
	if l.put(ctx, left) > most {
		l.Engine.Go(func() { l.removeOldest(ctx) })
	}
}

// put returns how many there are then.
func (l *Queue) put(ctx context.Context, left Task) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0
	}
	left.timer = l.Clock.AfterFunc(l.Keep, func() {
		l.Engine.Go(func() { l.remove(ctx, left.ARN) })
	})
	l.queue = append(l.queue, left)
	return len(l.queue)
}

// StopTimers has the containers stay: the next run takes them over.
func (l *Queue) StopTimers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for _, left := range l.queue {
		left.timer.Stop()
	}
}

// Adopt takes the containers that belong to no task that has yet to end: what a former
// run has left, or what a user has started again. What still runs goes at once, and so
// does a sandbox, which has no output.
func (l *Queue) Adopt(ctx context.Context, containers map[string]backend.Container) {
	var sandboxes, running []string
	kept := map[string]*Task{}
	for _, c := range containers {
		switch taskARN := c.Labels[containerlabel.Task]; {
		case c.State == backend.Unseen: // a later look decides
		case c.Sandbox:
			sandboxes = append(sandboxes, c.ID)
		case c.State != backend.Exited:
			running = append(running, c.ID)
		default:
			left := kept[taskARN]
			if left == nil {
				left = &Task{ARN: taskARN}
				kept[taskARN] = left
			}
			left.IDs = append(left.IDs, c.ID)
			l.Follow(taskARN, c)
		}
	}
	for taskARN, left := range kept {
		if !l.has(taskARN) {
			l.Add(ctx, *left)
		}
	}
	if stray := append(running, sandboxes...); len(stray) > 0 {
		l.count(+1)
		l.Engine.Go(func() {
			l.removeIDs(ctx, l.removeRead(ctx, stray)) // what runs has no last line
			l.count(-1)
			l.Removed() // those that they were on
		})
	}
}

// removers is how many containers RemoveStrays removes at a time.
const removers = 4

// RemoveStrays removes containers that run, and sandboxes, and returns when they are gone. It fails only if the engine does
// not answer: what stays otherwise is for Adopt.
func (l *Queue) RemoveStrays(ctx context.Context, containers map[string]backend.Container) error {
	for _, sandboxes := range []bool{false, true} { // which go last
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(removers)
		for name, c := range containers {
			if c.State == backend.Unseen || c.Sandbox != sandboxes || !c.Sandbox && c.State == backend.Exited {
				continue
			}
			group.Go(func() error {
				err := l.Engine.Remove(ctx, c.ID)
				if errors.Is(err, backend.ErrUnavailable) || ctx.Err() != nil {
					return err
				}
				if err != nil {
					l.Log.Warn("cannot remove what is left of a task that ended without its engine", "container", name, "error", err)
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// AdoptVolumes takes the volumes of tasks that have ended, by task. They go with the task's containers.
func (l *Queue) AdoptVolumes(ctx context.Context, volumes map[string][]string) {
	for taskARN, names := range volumes {
		if !l.addVolumes(taskARN, names) {
			l.Add(ctx, Task{ARN: taskARN, Volumes: names})
		}
	}
}

// addVolumes reports false for a task that is not in the queue.
func (l *Queue) addVolumes(taskARN string, names []string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.queue, func(each Task) bool { return each.ARN == taskARN })
	if i >= 0 && len(l.queue[i].Volumes) == 0 {
		l.queue[i].Volumes = names
	}
	return i >= 0
}

func (l *Queue) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stray += n
}

// Sweeping reports whether something is being removed that may run, on any machine.
func (l *Queue) Sweeping() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stray > 0
}

func (l *Queue) has(taskARN string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.queue, func(each Task) bool { return each.ARN == taskARN })
}

// Holds reports whether a container is one of them.
func (l *Queue) Holds(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.queue, func(each Task) bool { return slices.Contains(each.IDs, id) })
}

func (l *Queue) removeOldest(ctx context.Context) {
	l.take(ctx, func(queue []Task) int {
		if len(queue) > most {
			return 0
		}
		return -1
	})
}

func (l *Queue) remove(ctx context.Context, taskARN string) {
	l.take(ctx, func(queue []Task) int {
		return slices.IndexFunc(queue, func(each Task) bool { return each.ARN == taskARN })
	})
}

// take removes the entry at an index of the queue with the containers of its task; -1 is none. It reports whether it did.
func (l *Queue) take(ctx context.Context, which func([]Task) int) bool {
	l.mu.Lock()
	at := which(l.queue)
	if at < 0 {
		l.mu.Unlock()
		return false
	}
	left := l.queue[at]
	l.queue = slices.Delete(l.queue, at, at+1)
	l.mu.Unlock()
	left.timer.Stop()
	if left.Unsure {
		found, err := l.Engine.List(ctx, map[string]string{containerlabel.Task: left.ARN})
		if err != nil && ctx.Err() == nil {
			l.Log.Warn("cannot list the containers of a stopped task", "task", left.ARN, "error", err)
		}
		for _, c := range found {
			if !slices.Contains(left.IDs, c.ID) {
				left.IDs = append(left.IDs, c.ID)
			}
		}
	}
	if unread := l.removeRead(ctx, left.IDs); len(unread) > 0 && l.putBack(ctx, left, unread) {
		return false
	}
	for _, volume := range left.Volumes {
		if err := l.Engine.RemoveVolume(ctx, volume); err != nil && ctx.Err() == nil {
			l.Log.Warn("cannot remove the volume of a stopped task", "volume", volume, "error", err)
		}
	}
	return true
}

// putBack keeps containers whose output is not in yet until it is, as long as the queue is not
// twice as long as it should be: then it reports false, and they are removed.
func (l *Queue) putBack(ctx context.Context, left Task, unread []string) bool {
	l.mu.Lock()
	n := len(l.queue)
	l.mu.Unlock()
	if n < 2*most || ctx.Err() != nil {
		if left.IDs = unread; !l.has(left.ARN) {
			l.put(ctx, left)
		}
		return true
	}
	l.Log.Warn("removing containers before all of their output was stored: too many stopped tasks wait for it", "task", left.ARN)
	l.removeIDs(ctx, unread)
	return false
}

// removeRead removes containers, and returns those whose output is not in yet.
func (l *Queue) removeRead(ctx context.Context, ids []string) (unread []string) {
	for _, id := range ids {
		if l.Logs.Await(ctx, id) {
			l.removeIDs(ctx, []string{id})
		} else {
			unread = append(unread, id)
		}
	}
	return unread
}

func (l *Queue) removeIDs(ctx context.Context, ids []string) {
	for _, id := range ids {
		err := l.Engine.Remove(ctx, id)
		switch {
		case err == nil:
			l.Logs.Forget(ctx, id)
		case ctx.Err() == nil:
			l.Log.Warn("cannot remove the container of a stopped task", "container", id, "error", err)
		}
	}
}
