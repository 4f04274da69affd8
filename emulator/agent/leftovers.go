package agent

import (
	"context"
	"log/slog"
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
	ids     []string
}

const maxLeftovers = 100

func newLeftovers(o Options) *leftovers {
	return &leftovers{engine: o.Engine, clock: o.Clock, log: o.Log, keep: o.KeepStopped}
}

// add takes the containers of a task that stopped.
func (l *leftovers) add(ctx context.Context, taskARN string, ids []string) {
	if len(ids) == 0 {
		return
	}
	l.mu.Lock()
	l.queue = append(l.queue, leftover{taskARN, ids})
	crowded := len(l.queue) > maxLeftovers
	l.mu.Unlock()
	if crowded {
		go l.removeOldest(ctx)
	}
	l.clock.AfterFunc(l.keep, func() { go l.remove(ctx, taskARN) })
}

// adopt takes containers that a former run has left of a task that stopped. A
// sandbox has no output and goes at once.
func (l *leftovers) adopt(ctx context.Context, taskARN string, containers map[string]backend.Container) {
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
		l.add(ctx, taskARN, ids)
	}
}

func (l *leftovers) removeOldest(ctx context.Context) {
	l.mu.Lock()
	var ids []string
	if len(l.queue) > maxLeftovers {
		ids = l.queue[0].ids
		l.queue = l.queue[1:]
	}
	l.mu.Unlock()
	l.removeIDs(ctx, ids)
}

func (l *leftovers) remove(ctx context.Context, taskARN string) {
	l.mu.Lock()
	var ids []string
	for i, each := range l.queue {
		if each.taskARN == taskARN {
			ids = each.ids
			l.queue = append(l.queue[:i:i], l.queue[i+1:]...)
			break
		}
	}
	l.mu.Unlock()
	l.removeIDs(ctx, ids)
}

func (l *leftovers) removeIDs(ctx context.Context, ids []string) {
	for _, id := range ids {
		if err := l.engine.Remove(ctx, id); err != nil && ctx.Err() == nil {
			l.log.Warn("container of a stopped task not removed", "container", id, "error", err)
		}
	}
}
