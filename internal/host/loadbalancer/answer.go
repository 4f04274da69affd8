package loadbalancer

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

// answerTimeout bounds how long clients that look at metrics, and the clock, wait for a load balancer.
const answerTimeout = 3 * time.Second

var errSilent = errors.New("the load balancer does not answer")

// ask puts a question to a load balancer, and waits for the answer. One that does not answer in time, such as one whose
// container is paused, is asked nothing more until it has answered, or another client has connected.
func ask[A any](ctx context.Context, c *Controller, arn string, client *control.Client, question func(context.Context) (A, error)) (none A, err error) {
	if c.isSilent(arn, client) {
		return none, errSilent
	}
	var answer A
	var why error
	open := make(chan struct{})
	go func() {
		answer, why = question(context.WithoutCancel(ctx)) // ends with the client, which does not wait forever
		c.answered(arn, client, open, why)
	}()
	timeout := time.NewTimer(answerTimeout)
	defer timeout.Stop()
	select {
	case <-open:
		return answer, why
	case <-ctx.Done():
		return none, ctx.Err()
	case <-timeout.C:
		c.fellSilent(arn, client, open)
		return none, errSilent
	}
}

// sync waits until all has been heard that a load balancer knows, or it does not answer.
func (c *Controller) sync(ctx context.Context, arn string, client *control.Client) error {
	_, err := ask(ctx, c, arn, client, func(ctx context.Context) (struct{}, error) { return struct{}{}, client.Sync(ctx) })
	return err
}

// isSilent reports whether a question is still open that should have been answered.
func (c *Controller) isSilent(arn string, client *control.Client) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.running[arn]
	return r != nil && r.silent == client
}

// fellSilent notes that a question is open that should have been answered, and says so once.
func (c *Controller) fellSilent(arn string, client *control.Client, open <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-open:
		return // it was answered just now
	default:
	}
	r := c.running[arn]
	if r == nil {
		return
	}
	r.silent = client
	if !r.saidSilent {
		r.saidSilent = true
		c.Log.Warn("a load balancer does not answer: until it does, its metrics have no data; then they have what it has counted meanwhile", "loadBalancer", arn)
	}
}

// answered notes that a question has been answered, or never will be.
func (c *Controller) answered(arn string, client *control.Client, open chan<- struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(open)
	r := c.running[arn]
	if r == nil {
		return
	}
	if r.silent == client {
		r.silent = nil
	}
	if r.saidSilent && (err == nil || errors.Is(err, control.ErrNotCounted)) {
		r.saidSilent = false
		c.Log.Warn("a load balancer answers again", "loadBalancer", arn)
	}
}
