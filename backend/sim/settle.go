package sim

import "context"

// Settle returns once every Watch has handled all events that there are, and no load balancer
// is checking a target. A caller that advances the clock learns so that all is quiet.
func (e *Engine) Settle(ctx context.Context) error {
	for {
		idle := e.unsettled()
		if idle == nil {
			return e.awaitChecks(ctx)
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unsettled closes when the first watcher that has events has seen them; it is
// nil if there is none.
func (e *Engine) unsettled() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	for w := range e.watchers {
		if w.busy || len(w.events) > 0 {
			if w.idle == nil {
				w.idle = make(chan struct{})
			}
			return w.idle
		}
	}
	return nil
}
