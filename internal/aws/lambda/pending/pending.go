// Package pending keeps the calls of functions that are under way: by what has made them, its owner, and by which of the
// owner's calls it is, its key. What a call comes to, its answer, stays until the owner has written it:
//
//	call := calls.Begin(deployment, hook, cancel)
//	go func() {
//		defer calls.End(call)
//		calls.Answer(call, ask(ctx))
//		loop.Wake(deployment) // before Wait sees that the call is over
//	}()
//	…
//	write(calls.Answers(deployment))
package pending

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Calls are calls that are under way, or whose answer is not written yet. The zero value has none.
type Calls[A any] struct {
	mu    sync.Mutex
	of    map[string]map[string]*Call[A] // by owner and key
	ended int                            // how many are over
}

type Call[A any] struct {
	began  time.Time // in real time
	cancel context.CancelFunc
	over   chan struct{} // closed when the answer has woken the loop, or the call is given up
	isOver bool
	answer *A // nil: there is none yet
}

// Begin notes that a call is under way.
func (c *Calls[A]) Begin(owner, key string, cancel context.CancelFunc) *Call[A] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]map[string]*Call[A]{}
	}
	if c.of[owner] == nil {
		c.of[owner] = map[string]*Call[A]{}
	}
	begun := &Call[A]{began: time.Now(), cancel: cancel, over: make(chan struct{})}
	c.of[owner][key] = begun
	return begun
}

// Answer notes what a call has come to.
func (c *Calls[A]) Answer(call *Call[A], got A) {
	c.mu.Lock()
	defer c.mu.Unlock()
	call.answer = &got
}

// End says that nothing more comes of a call. Its answer has woken the loop before.
func (c *Calls[A]) End(call *Call[A]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended++
	call.isOver = true
	close(call.over)
}

// Past is how many calls are over.
func (c *Calls[A]) Past() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// UnderWay reports whether there is a call, or an answer that is not written.
func (c *Calls[A]) UnderWay(owner, key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[owner][key] != nil
}

// Owners are who has calls that are under way, or not written.
func (c *Calls[A]) Owners() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.of))
}

// Answers are those for an owner that are not written yet, by their keys.
func (c *Calls[A]) Answers(owner string) map[string]A {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := map[string]A{}
	for key, call := range c.of[owner] {
		if call.answer != nil {
			found[key] = *call.answer
		}
	}
	return found
}

// Forget drops calls whose answers are written.
func (c *Calls[A]) Forget(owner string, written map[string]A) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(owner, func(key string) bool { _, is := written[key]; return is })
}

// Keep gives up the calls of an owner but those that it still waits for.
func (c *Calls[A]) Keep(owner string, waits func(key string) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(owner, func(key string) bool { return !waits(key) })
}

// drop gives up calls of an owner. The lock is held.
func (c *Calls[A]) drop(owner string, which func(key string) bool) {
	for key, call := range c.of[owner] {
		if which(key) {
			call.cancel()
			delete(c.of[owner], key)
		}
	}
	if len(c.of[owner]) == 0 {
		delete(c.of, owner)
	}
}

// Wait waits for the end of a call that is not older than patience, or until it is, and reports whether there
// is one. It fails with the error of ctx.
func (c *Calls[A]) Wait(ctx context.Context, patience time.Duration) (waited bool, err error) {
	young := c.young(patience)
	if young == nil {
		return false, nil
	}
	grown := time.NewTimer(patience - time.Since(young.began))
	defer grown.Stop()
	select {
	case <-young.over:
	case <-grown.C:
	case <-ctx.Done():
		return true, ctx.Err()
	}
	return true, nil
}

// young is a call under way that is not older than patience, or nil.
func (c *Calls[A]) young(patience time.Duration) *Call[A] {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range c.of {
		for _, call := range of {
			if !call.isOver && time.Since(call.began) < patience {
				return call
			}
		}
	}
	return nil
}
