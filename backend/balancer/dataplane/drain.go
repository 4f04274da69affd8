package dataplane

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// drainLook is how often it is looked whether the requests to targets that were removed have been answered.
const drainLook = 5 * time.Millisecond

// leaves notes a target that has been removed with requests under way. What passes through unread has no requests. It is
// called with the lock held, when nothing new comes to the target.
func (b *Balancer) leaves(t *target.Target) {
	b.leaving = slices.DeleteFunc(b.leaving, (*target.Target).Idle)
	if strings.HasPrefix(t.Group.Pool.Load().Settings.Protocol, "HTTP") && !t.Idle() {
		b.leaving = append(b.leaving, t)
	}
}

// Drain returns when the requests have been answered that were under way to targets when these were removed, or
// when ctx ends.
func (b *Balancer) Drain(ctx context.Context) {
	b.mu.Lock()
	left := slices.Clone(b.leaving)
	b.mu.Unlock()
	tick := time.NewTicker(drainLook)
	defer tick.Stop()
	for {
		if left = slices.DeleteFunc(left, (*target.Target).Idle); len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		case <-b.ctx.Done():
			return
		}
	}
}
