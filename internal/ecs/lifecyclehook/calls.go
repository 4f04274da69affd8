package lifecyclehook

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// calls are the calls of targets that are under way, or whose answer is not written yet.
type calls struct {
	mu    sync.Mutex
	of    map[string]map[string]*call // by service deployment and hook
	ended int                         // how many are over
}

type call struct {
	began  time.Time // in real time
	cancel context.CancelFunc
	over   chan struct{} // closed when the answer has woken the loop, or the call is given up
	isOver bool
	answer *answer // nil: there is none yet
}

// begin notes that a call is under way.
func (c *calls) begin(deployment, hook string, cancel context.CancelFunc) *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]map[string]*call{}
	}
	if c.of[deployment] == nil {
		c.of[deployment] = map[string]*call{}
	}
	begun := &call{began: time.Now(), cancel: cancel, over: make(chan struct{})}
	c.of[deployment][hook] = begun
	return begun
}

// answer notes what a target has answered.
func (c *calls) answer(call *call, got answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	call.answer = &got
}

// end says that nothing more comes of a call. Its answer has woken the loop before.
func (c *calls) end(call *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended++
	call.isOver = true
	close(call.over)
}

// past is how many calls are over.
func (c *calls) past() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// underWay reports whether there is a call for a hook.
func (c *calls) underWay(deployment, hook string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[deployment][hook] != nil
}

func (c *calls) deployments() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.of))
}

// answers are those for a service deployment that are not written yet, by the ids of their hooks.
func (c *calls) answers(deployment string) map[string]answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := map[string]answer{}
	for hook, call := range c.of[deployment] {
		if call.answer != nil {
			found[hook] = *call.answer
		}
	}
	return found
}

// forget drops calls whose answers are written.
func (c *calls) forget(deployment string, written map[string]answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(deployment, func(hook string) bool { _, is := written[hook]; return is })
}

// keep gives up the calls for a service deployment whose hooks do not wait any more.
func (c *calls) keep(deployment string, waiting []*state.LifecycleHook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(deployment, func(hook string) bool {
		return !slices.ContainsFunc(waiting, func(h *state.LifecycleHook) bool { return h.ID == hook })
	})
}

// drop gives up calls for a service deployment. The lock is held.
func (c *calls) drop(deployment string, which func(hook string) bool) {
	for hook, call := range c.of[deployment] {
		if which(hook) {
			call.cancel()
			delete(c.of[deployment], hook)
		}
	}
	if len(c.of[deployment]) == 0 {
		delete(c.of, deployment)
	}
}

// wait waits for the end of a call that is not older than patience, or until it is, and reports whether there
// is one. It fails with the error of ctx.
func (c *calls) wait(ctx context.Context, patience time.Duration) (waited bool, err error) {
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
func (c *calls) young(patience time.Duration) *call {
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
