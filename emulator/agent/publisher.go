package agent

import (
	"context"
	"log/slog"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// publisher tells the store how tasks fare. What comes while it writes goes into
// its next transaction, all of it at once, and a task that has moved on meanwhile
// is told of as it is then: a write for each step of each task would cost most of
// the time of starting one.
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
		p.write(ctx, works)
	}
}

func (p *publisher) write(ctx context.Context, works []*work) {
	all := make([]news, len(works))
	for i, w := range works {
		all[i] = w.news()
	}
	err := p.store.Update(func(tx *state.Tx) error {
		for _, n := range all {
			if n.stop != nil {
				tx.StopTask(n.taskARN, *n.stop)
			}
			tx.PutTaskStatus(n.taskARN, n.status, n.announce)
		}
		return nil
	})
	if err != nil {
		p.log.Error("status of tasks not stored", "tasks", len(all), "error", err)
	}
	for i, w := range works {
		w.published(ctx, all[i], err)
	}
}

// news is what the store does not know of a task yet.
type news struct {
	taskARN  string
	stop     *state.Stop // the agent wants the task to stop
	status   state.TaskStatus
	announce int // how many events ECS sends for it
}

// publish has the status written to the store when ECS would show a difference, or
// when the task comes to rest. The lock is held.
func (w *work) publish(rest bool) {
	moved := w.view.status.LastStatus != w.shown
	ends := w.view.stop != nil && !w.stopped
	if w.queued || !moved && !ends && (!rest || !w.dirty) {
		return
	}
	w.queued = true
	w.agent.begin()
	w.agent.publisher.add(w)
}

// news is taken as late as can be, so that it holds all that has happened.
func (w *work) news() news {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := news{taskARN: w.task.ARN, status: w.view.status.Clone(), announce: w.announce}
	if w.view.stop != nil && !w.stopped {
		n.stop, w.stopped = w.view.stop, true
	}
	w.queued, w.writing = false, true
	w.dirty, w.announce, w.shown = false, 0, n.status.LastStatus
	return n
}

// published goes on with a task when the store knows of it. If the store failed,
// the task stays as it is: what is not written down must not be acted on, and a
// store that cannot write fails the API's requests as well.
func (w *work) published(ctx context.Context, n news, err error) {
	defer w.agent.end()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = false
	if err != nil {
		return
	}
	if n.status.LastStatus == state.Stopped && !w.retired {
		w.over(ctx)
	}
	w.set(ctx, w.advance(ctx))
}

// announced are the statuses whose coming ECS sends an event for, which raises the
// task's version. Source: the version totals of recorded Fargate tasks, which leave
// no room for STOPPING.
var announced = map[string]bool{
	state.Pending: true, state.Running: true, state.Deprovisioning: true, state.Stopped: true,
}
