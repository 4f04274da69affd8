package examination

import (
	"context"
	"time"
)

// later is an answer that is being looked for.
type later[T any] struct {
	done  chan struct{}
	value T
}

// begin looks for an answer until a limit is over. What does not heed the end of its context is left to itself after a grace
// period, and the answer is what late says. Nothing else waits for it.
func begin[T any](ctx context.Context, limit, grace time.Duration, do func(context.Context) T, late func() T) *later[T] {
	l := &later[T]{done: make(chan struct{})}
	ctx, cancel := context.WithTimeout(ctx, limit)
	answer := make(chan T, 1)
	go func() { answer <- do(ctx) }()
	go func() {
		defer close(l.done)
		defer cancel()
		select {
		case l.value = <-answer:
			return
		case <-ctx.Done():
		}
		patience := time.NewTimer(grace)
		defer patience.Stop()
		select {
		case l.value = <-answer:
		case <-patience.C:
			l.value = late()
		}
	}()
	return l
}

// wait returns the answer.
func (l *later[T]) wait() T {
	<-l.done
	return l.value
}
