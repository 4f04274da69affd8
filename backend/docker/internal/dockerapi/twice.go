package dockerapi

import (
	"context"
	"time"
)

// answerSoon is after how long a request is made a second time, beside the first one: that may be lost, or only slow.
const answerSoon = 2 * time.Second

// twice makes a request that changes nothing, a second time if need be, and returns the first answer.
func twice[T any](ctx context.Context, ask func(context.Context) (T, error)) (first T, err error) {
	type answer struct {
		value T
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan answer, 2)
	begin := func() {
		go func() {
			value, err := ask(ctx)
			answers <- answer{value, err}
		}()
	}
	begin()
	again := time.NewTimer(answerSoon)
	defer again.Stop()
	for {
		select {
		case a := <-answers:
			return a.value, a.err
		case <-again.C:
			begin()
		case <-ctx.Done():
			return first, ctx.Err()
		}
	}
}
