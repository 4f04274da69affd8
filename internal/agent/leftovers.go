package agent

import (
	"context"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
)

// leftovers are the containers of stopped tasks. They stay a while, so that their
// output can be read, but not more of them than maxLeftovers tasks': the oldest
// go first. The real agent keeps them three hours.
type leftovers struct {
	host *host

	mu    sync.Mutex
	ended bool // the next run takes over what comes
	queue []leftover
	stray int // removals under way of what should not run
}

type leftover struct {
	taskARN string
	ids     []string // containers
	volumes []string // that lived as long as the task
	unsure  bool     // there may be more containers
	timer   *clock.Timer
}

const maxLeftovers = 100

func newLeftovers(h *host) *leftovers { return &leftovers{host: h} }

// add takes what a task that stopped has left.
func (l *leftovers) add(ctx context.Context, left leftover) {
	if len(left.ids) == 0 && len(left.volumes) == 0 && !left.unsure {
		return
	}
	if l.put(ctx, left) > maxLeftovers {
		l.host.Engine.Go(func() { l.removeOldest(ctx) })
	}
}

// put returns how many there are then.
func (l *leftovers) put(ctx context.Context, left leftover) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0
	}
	left.timer = l.host.agent.Clock.AfterFunc(l.host.agent.KeepStopped, func() {
		l.host.Engine.Go(func() { l.remove(ctx, left.taskARN) })
	})
	l.queue = append(l.queue, left)
	return len(l.queue)
}

// stopTimers has the containers stay: the next run takes them over.
func (l *leftovers) stopTimers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for _, left := range l.queue {
		left.timer.Stop()
	}
}

// adopt takes what belongs to no task that has yet to end, volumes by task: what a former
// run has left, or what somebody has started again. What still runs goes at once, and so
// does a sandbox, which has no output.
func (l *leftovers) adopt(ctx context.Context, containers map[string]backend.Container, volumes map[string][]string) {
	var sandboxes, running []string
	kept := map[string]*leftover{}
	for _, c := range containers {
		switch taskARN := c.Labels[labelTaskARN]; {
		case c.State == backend.Unseen: // a later look decides
		case c.Sandbox:
			sandboxes = append(sandboxes, c.ID)
		case c.State != backend.Exited:
			running = append(running, c.ID)
		default:
			left := kept[taskARN]
			if left == nil {
				left = &leftover{taskARN: taskARN}
				kept[taskARN] = left
			}
			left.ids = append(left.ids, c.ID)
			l.host.followLeftover(taskARN, c)
		}
	}
	for taskARN, names := range volumes {
		if kept[taskARN] == nil {
			kept[taskARN] = &leftover{taskARN: taskARN}
		}
		kept[taskARN].volumes = names
	}
	for taskARN, left := range kept {
		if !l.has(taskARN) {
			l.add(ctx, *left)
		}
	}
	if stray := append(running, sandboxes...); len(stray) > 0 {
		l.count(+1)
		l.host.Engine.Go(func() {
			l.removeIDs(ctx, l.removeRead(ctx, stray)) // what runs has no last line
			l.count(-1)
			l.host.instances.Tend() // those that they were on
		})
	}
}

func (l *leftovers) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stray += n
}

// sweeping reports whether something is being removed that may run, on whatever machine.
func (l *leftovers) sweeping() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stray > 0
}

func (l *leftovers) has(taskARN string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.queue, func(each leftover) bool { return each.taskARN == taskARN })
}

// hold reports whether a container is one of them.
func (l *leftovers) hold(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.queue, func(each leftover) bool { return slices.Contains(each.ids, id) })
}

func (l *leftovers) removeOldest(ctx context.Context) {
	l.take(ctx, func(queue []leftover) int {
		if len(queue) > maxLeftovers {
			return 0
		}
		return -1
	})
}

func (l *leftovers) remove(ctx context.Context, taskARN string) {
	l.take(ctx, func(queue []leftover) int {
		return slices.IndexFunc(queue, func(each leftover) bool { return each.taskARN == taskARN })
	})
}

// take removes one of the queue, and what it stands for; -1 is none.
func (l *leftovers) take(ctx context.Context, which func([]leftover) int) {
	l.mu.Lock()
	at := which(l.queue)
	if at < 0 {
		l.mu.Unlock()
		return
	}
	left := l.queue[at]
	l.queue = slices.Delete(l.queue, at, at+1)
	l.mu.Unlock()
	left.timer.Stop()
	if left.unsure {
		found, err := l.host.Engine.List(ctx, map[string]string{labelTaskARN: left.taskARN})
		if err != nil && ctx.Err() == nil {
			l.host.agent.Log.Warn("cannot list the containers of a stopped task", "task", left.taskARN, "error", err)
		}
		for _, c := range found {
			if !slices.Contains(left.ids, c.ID) {
				left.ids = append(left.ids, c.ID)
			}
		}
	}
	if unread := l.removeRead(ctx, left.ids); len(unread) > 0 && l.putBack(ctx, left, unread) {
		return
	}
	for _, volume := range left.volumes {
		if err := l.host.Engine.RemoveVolume(ctx, volume); err != nil && ctx.Err() == nil {
			l.host.agent.Log.Warn("cannot remove the volume of a stopped task", "volume", volume, "error", err)
		}
	}
}

// putBack keeps containers whose output is not in yet until it is, as long as the queue is not
// twice as long as it should be: then it reports false, and they are removed.
func (l *leftovers) putBack(ctx context.Context, left leftover, unread []string) bool {
	l.mu.Lock()
	n := len(l.queue)
	l.mu.Unlock()
	if n < 2*maxLeftovers || ctx.Err() != nil {
		if left.ids = unread; !l.has(left.taskARN) {
			l.put(ctx, left)
		}
		return true
	}
	l.host.agent.Log.Warn("removing containers before all of their output was stored: too many stopped tasks wait for it", "task", left.taskARN)
	l.removeIDs(ctx, unread)
	return false
}

// removeRead removes containers, and returns those whose output is not in yet.
func (l *leftovers) removeRead(ctx context.Context, ids []string) (unread []string) {
	for _, id := range ids {
		if l.host.logs.Await(ctx, id) {
			l.removeIDs(ctx, []string{id})
		} else {
			unread = append(unread, id)
		}
	}
	return unread
}

func (l *leftovers) removeIDs(ctx context.Context, ids []string) {
	for _, id := range ids {
		err := l.host.Engine.Remove(ctx, id)
		switch {
		case err == nil:
			l.host.logs.Forget(ctx, id)
		case ctx.Err() == nil:
			l.host.agent.Log.Warn("cannot remove the container of a stopped task", "container", id, "error", err)
		}
	}
}
