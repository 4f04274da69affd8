package backend

import (
	"context"
	"sync"
)

// ClockWaiter is told that a call waits for the emulator's clock. Who advances the
// clock does not wait for such a call: it only goes on when the clock does.
type ClockWaiter interface {
	// WaitsForClock returns the function to call when the wait is over. What the
	// clock calls MUST do so itself: the caller has to know before the clock goes on.
	WaitsForClock() (over func())
}

// ClockWaiterKey is the key of a call's context under which its [ClockWaiter] is.
var ClockWaiterKey any = clockWaiterKey{}

type clockWaiterKey struct{}

// WaitForClock tells the caller, if it wants to know, that the call waits for the
// emulator's clock until over is called.
func WaitForClock(ctx context.Context) (over func()) {
	if waiter, ok := ctx.Value(ClockWaiterKey).(ClockWaiter); ok {
		return waiter.WaitsForClock()
	}
	return func() {}
}

// WaitForTimer sets a timer of the emulator's clock, which rings when it is due, and
// tells the caller that its call waits for that; see [WaitForClock]. The timer comes
// first: who has been told may have the clock go on at once. rung is closed when the
// timer has rung; the call gives up when it does not wait any more.
func WaitForTimer(ctx context.Context, set func(ring func()) (stop func() bool)) (rung <-chan struct{}, giveUp func()) {
	var telling sync.Mutex // the timer may ring before the caller has been told
	telling.Lock()
	defer telling.Unlock()
	var over func()
	passed := make(chan struct{})
	stop := set(func() {
		telling.Lock()
		defer telling.Unlock()
		over()
		close(passed)
	})
	over = WaitForClock(ctx)
	return passed, func() {
		if stop() {
			over()
		}
	}
}
