package loadbalancer

import (
	"context"
	"errors"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

// Counted is what a load balancer has counted since it began to run.
type Counted struct {
	ARN string
	balancer.Counts
}

// Counts asks all load balancers that run what they have counted, and leaves out those that do not tell. They go on counting, so
// that what they have counted comes with a later answer.
func (c *Controller) Counts(ctx context.Context) (all []Counted) {
	var asking sync.WaitGroup
	var mu sync.Mutex
	for arn, client := range c.clients() {
		asking.Go(func() {
			if counts, ok := c.count(ctx, arn, client); ok {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, counts)
			}
		})
	}
	asking.Wait()
	return all
}

// count asks one of them. One that cannot count says so once.
func (c *Controller) count(ctx context.Context, arn string, client *control.Client) (counted Counted, ok bool) {
	counts, err := ask(ctx, c, arn, client, client.Count)
	switch {
	case errors.Is(err, control.ErrNotCounted):
		c.warnOnce(arn, "a load balancer of an older build counts no requests: its metrics have no data until it is made anew, as when its container is removed", err)
	case err != nil:
		c.Log.Debug("a load balancer does not tell what it has counted", "loadBalancer", arn, "error", err)
	case counts.Uncounted != "":
		c.warnOnce(arn, "the kernel does not count the flows of a network load balancer: its metrics have no data", errors.New(counts.Uncounted))
	}
	return Counted{ARN: arn, Counts: counts}, err == nil
}

// warnOnce says something of a load balancer that goes on until it ends.
func (c *Controller) warnOnce(arn, text string, err error) {
	c.mu.Lock()
	r := c.running[arn]
	said := r == nil || r.uncounted
	if !said {
		r.uncounted = true
	}
	c.mu.Unlock()
	if !said {
		c.Log.Warn(text, "loadBalancer", arn, "error", err)
	}
}

// countLast passes on what a load balancer has counted that is about to be removed.
func (c *Controller) countLast(ctx context.Context, arn string, client *control.Client) {
	if c.Removing == nil {
		return
	}
	if counted, ok := c.count(ctx, arn, client); ok {
		c.Removing(counted)
	}
}
