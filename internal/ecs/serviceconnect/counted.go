package serviceconnect

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

// Counted is what the proxy of a task has counted since it began to run.
type Counted struct {
	Task string // ARN
	balancer.Counts
}

const (
	// answerTimeout bounds how long clients that look at metrics, and the clock, wait for all proxies together.
	answerTimeout = 2 * time.Second
	// asked is how many proxies are asked at the same time.
	asked = 64
)

var errSilent = errors.New("the proxy does not answer")

// Counts asks all proxies that run what they have counted, and leaves out those that do not tell in time. They go on
// counting, so that what they have counted comes with a later answer.
func (c *Controller) Counts(ctx context.Context) (all []Counted) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	var asking errgroup.Group
	asking.SetLimit(asked)
	var mu sync.Mutex
	for _, p := range c.running() {
		asking.Go(func() error {
			if counts, ok := c.count(ctx, p); ok {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, counts)
			}
			return nil
		})
	}
	_ = asking.Wait() // none fails
	return all
}

// Ending passes on what a proxy has counted that is about to be stopped.
func (c *Controller) Ending(ctx context.Context, taskARN string) {
	c.mu.Lock()
	p := c.proxies[taskARN]
	c.mu.Unlock()
	if p == nil || c.Last == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if counted, ok := c.count(ctx, p); ok {
		c.Last(counted)
	}
}

// running are the proxies that the controller looks after.
func (c *Controller) running() (list []*proxy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.proxies {
		list = append(list, p)
	}
	return list
}

// count asks one of them. One that does not answer loses nothing: it goes on counting.
func (c *Controller) count(ctx context.Context, p *proxy) (counted Counted, ok bool) {
	counts, err := p.count(ctx)
	if err != nil {
		c.Log.Debug("a Service Connect proxy does not tell what it has counted", "task", p.task, "error", err)
	}
	return Counted{Task: p.task, Counts: counts}, err == nil
}

// count asks a proxy what it has counted. One that does not answer in time, such as one whose container is paused, is
// asked nothing more until it has answered, or there is another connection.
func (p *proxy) count(ctx context.Context) (counts balancer.Counts, err error) {
	client, err := p.answering()
	if err != nil || ctx.Err() != nil {
		return counts, errors.Join(err, ctx.Err())
	}
	var told balancer.Counts
	var why error
	open := make(chan struct{})
	go func() {
		told, why = client.Count(context.WithoutCancel(ctx)) // ends with the client, which does not wait forever
		p.mu.Lock()
		defer p.mu.Unlock()
		close(open)
		if p.owes == client {
			p.owes = nil
		}
	}()
	select {
	case <-open:
		return told, why
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-open: // just now
		return told, why
	default:
	}
	p.owes = client
	return counts, errSilent
}

// answering returns the connection to a proxy, unless it owes an answer.
func (p *proxy) answering() (*control.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.client == nil:
		return nil, errors.New("the proxy is not connected")
	case p.owes == p.client:
		return nil, errSilent
	}
	return p.client, nil
}
