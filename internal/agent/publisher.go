package agent

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// publisher writes the state of tasks to the store. What arrives while it writes goes
// into its next transaction, all at once, with the states that each task has reached
// by then: a transaction for each step of each task would take most of the time of
// starting one.
type publisher struct {
	store *state.Store
	log   *slog.Logger

	mu     sync.Mutex
	queue  []*work
	filled chan struct{}
}

func newPublisher(o Options) *publisher {
	return &publisher{store: o.Store, log: o.Log, filled: make(chan struct{}, 1)}
}

// mostNews is how many tasks one transaction tells of; it holds the write lock.
const mostNews = 100

func (p *publisher) add(w *work) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = append(p.queue, w)
	select {
	case p.filled <- struct{}{}:
	default: // it is awake
	}
}

// run writes until ctx ends, and what is left then.
func (p *publisher) run(ctx context.Context) {
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

func (p *publisher) flush(ctx context.Context) {
	for {
		p.mu.Lock()
		n := min(len(p.queue), mostNews)
		works := p.queue[:n:n]
		p.queue = p.queue[n:]
		p.mu.Unlock()
		if n == 0 {
			return
		}
		p.publish(ctx, works)
	}
}

// news is what the store does not know of a task yet.
type news struct {
	taskARN string
	steps   []state.TaskStep
}

func (p *publisher) publish(ctx context.Context, works []*work) {
	all := make([]news, len(works))
	for i, w := range works {
		all[i] = w.news()
	}
	stored := p.write(ctx, all)
	for i, w := range works {
		w.published(ctx, all[i], stored)
	}
}

// How long the publisher waits when the store cannot write. Requests of clients fail
// then as well; what containers did has happened, and is not given up.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// write writes until the store has it; it returns false when ctx ends before.
func (p *publisher) write(ctx context.Context, all []news) bool {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := p.store.Update(func(tx *state.Tx) error {
			for _, n := range all {
				if err := state.PutTaskStatus(tx, n.taskARN, n.steps...); err != nil {
					p.log.Error("cannot store the status of a task", "error", err)
				}
			}
			return nil
		})
		if err == nil {
			return true
		}
		p.log.Error("cannot store the status of tasks; retrying", "tasks", len(all), "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false
		}
	}
}
