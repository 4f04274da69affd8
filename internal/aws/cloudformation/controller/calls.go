package controller

import (
	"context"
	"sync"
	"time"
)

// calls are those that wait for their turn or are under way, of all stacks.
type calls struct {
	mu      sync.Mutex
	all     map[*call]bool
	slots   chan struct{}
	hanging map[string]int // how many in a row have hung, by incarnation
}

func (c *calls) add(made *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all, c.slots, c.hanging = map[*call]bool{}, make(chan struct{}, mostCalls), map[string]int{}
	}
	c.all[made] = true
	made.began = time.Now() // or Idle would not see it before its turn
}

// turn waits for a call's turn, and reports whether it has come before the call is of no use any more.
func (c *calls) turn(made *call) bool {
	select {
	case c.slots <- struct{}{}:
	case <-made.ctx.Done():
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	made.began = time.Now()
	return true
}

func (c *calls) free() { <-c.slots }

func (c *calls) end(made *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, made)
	close(made.over)
}

func (c *calls) hung(incarnation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hanging[incarnation]
}

func (c *calls) hangs(incarnation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hanging[incarnation]++
}

func (c *calls) answered(incarnation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.hanging, incarnation)
}

// wait waits for the end of a call that is not older than patience, and reports whether there is one. It fails with the error of ctx.
func (c *calls) wait(ctx context.Context, patience time.Duration) (waited bool, err error) {
	young, left := c.young(patience)
	if young == nil {
		return false, nil
	}
	grown := time.NewTimer(left)
	defer grown.Stop()
	select {
	case <-young.over:
	case <-grown.C:
	case <-ctx.Done():
		return true, ctx.Err()
	}
	return true, nil
}

// young is a call under way that is not older than patience, and for how long it is not.
func (c *calls) young(patience time.Duration) (*call, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for each := range c.all {
		if left := patience - time.Since(each.began); left > 0 {
			return each, left
		}
	}
	return nil, 0
}
