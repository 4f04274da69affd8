// Package publication writes the statuses of tasks to the store, in the steps for which ECS sends
// events, and as few transactions as will do.
package publication

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Publisher writes the state of tasks to the store. What arrives while it writes goes
// into its next transaction, all at once, with the states that each task has reached
// by then: a transaction for each step of each task would take most of the time of
// starting one.
type Publisher struct {
	store *store.Store
	log   *slog.Logger

	mu     sync.Mutex
	queue  []Source
	filled chan struct{}
}

// NewPublisher makes one that is not run yet.
func NewPublisher(rows *store.Store, log *slog.Logger) *Publisher {
	return &Publisher{store: rows, log: log, filled: make(chan struct{}, 1)}
}

// mostNews is how many tasks one transaction tells of; it holds the write lock.
const mostNews = 100

// Add has the news of a task written, once.
func (p *Publisher) Add(w Source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = append(p.queue, w)
	select {
	case p.filled <- struct{}{}:
	default: // it is awake
	}
}

// Run writes until ctx ends, and what is left then.
func (p *Publisher) Run(ctx context.Context) {
	for {
		select {
		case <-p.filled:
			p.flush(ctx)
		case <-ctx.Done():
			p.flush(ctx)
			return
		}
	}
}

func (p *Publisher) flush(ctx context.Context) {
	for {
		p.mu.Lock()
		n := min(len(p.queue), mostNews)
		sources := p.queue[:n:n]
		p.queue = p.queue[n:]
		p.mu.Unlock()
		if n == 0 {
			return
		}
		p.publish(ctx, sources)
	}
}

// News is what the store does not know of a task yet.
type News struct {
	TaskARN string
	Steps   []state.TaskStep
}

// Source is a task that has news.
type Source interface {
	// News is taken as late as can be, so that it holds all that has happened.
	News() News
	// Published says whether the store knows it; it does not if ctx ends before.
	Published(ctx context.Context, n News, stored bool)
}

func (p *Publisher) publish(ctx context.Context, sources []Source) {
	all := make([]News, len(sources))
	for i, w := range sources {
		all[i] = w.News()
	}
	stored := p.write(ctx, all)
	for i, w := range sources {
		w.Published(ctx, all[i], stored)
	}
}

// How long the publisher waits when the store cannot write. Requests of clients fail
// then as well; what containers did has happened, and is not given up.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// write writes until the store has it; it returns false when ctx ends before.
func (p *Publisher) write(ctx context.Context, all []News) bool {
	for wait := firstPause; ; wait = min(2*wait, lastPause) {
		err := p.store.Update(func(tx *store.Tx) error {
			for _, n := range all {
				if err := state.PutTaskStatus(tx, n.TaskARN, n.Steps...); err != nil {
					p.log.Error("cannot store the status of a task", "error", err)
				}
			}
			return nil
		})
		if err == nil {
			return true
		}
		p.log.Error("cannot store the status of tasks; retrying", "tasks", len(all), "error", err)
		if pause.For(ctx, wait) != nil {
			return false
		}
	}
}
