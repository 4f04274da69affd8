package agent

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/clock"
)

// leftovers are the containers of stopped tasks. They stay a while, so that their
// output can be read, but not more of them than maxLeftovers tasks': the oldest
// go first. The real agent keeps them three hours.
type leftovers struct {
	engine backend.Engine
	clock  *clock.Clock
	log    *slog.Logger
	keep   time.Duration

	mu    sync.Mutex
	queue []leftover
}

type leftover struct {
	taskARN string
	ids     []string // containers
	volumes []string // that lived as long as the task
}

const maxLeftovers = 100

func newLeftovers(o Options) *leftovers {
	return &leftovers{engine: o.Engine, clock: o.Clock, log: o.Log, keep: o.KeepStopped}
}

// add takes what a task that stopped has left.
func (l *leftovers) add(ctx context.Context, left leftover) {
	if len(left.ids) == 0 && len(left.volumes) == 0 {
		return
	}
	l.mu.Lock()
	l.queue = append(l.queue, left)
	crowded := len(l.queue) > maxLeftovers
	l.mu.Unlock()
	if crowded {
		go l.removeOldest(ctx)
	}
	l.clock.AfterFunc(l.keep, func() { go l.remove(ctx, left.taskARN) })
}

// adopt takes what a former run has left of a task that stopped. A sandbox has no
// output and goes at once.
func (l *leftovers) adopt(ctx context.Context, taskARN string, containers map[string]backend.Container, volumes []string) {
	var ids []string
	for _, c := range containers {
		if c.Sandbox || c.State != backend.Exited {
			l.removeIDs(ctx, []string{c.ID})
			continue
		}
		ids = append(ids, c.ID)
	}
	l.mu.Lock()
	known := false
	for _, each := range l.queue {
		known = known || each.taskARN == taskARN
	}
	l.mu.Unlock()
	if !known {
		l.add(ctx, leftover{taskARN: taskARN, ids: ids, volumes: volumes})
	}
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
	l.removeIDs(ctx, left.ids)
	for _, volume := range left.volumes {
		if err := l.engine.RemoveVolume(ctx, volume); err != nil && ctx.Err() == nil {
			l.log.Warn("volume of a stopped task not removed", "volume", volume, "error", err)
		}
	}
}

func (l *leftovers) removeIDs(ctx context.Context, ids []string) {
	for _, id := range ids {
		if err := l.engine.Remove(ctx, id); err != nil && ctx.Err() == nil {
			l.log.Warn("container of a stopped task not removed", "container", id, "error", err)
		}
	}
}
