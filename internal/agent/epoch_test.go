package agent

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Clients that go on starting tasks do not keep waiting whoever waits for those that
// there were.
func TestIdleWaitsForWhatThereWasOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls inFlight
		var first, later chain
		pull := calls.begin(&first, false)
		idle := make(chan error, 1)
		go func() { idle <- calls.idle(t.Context(), time.Hour) }()
		synctest.Wait()
		defer calls.begin(&later, false).end()

		start := calls.begin(&first, false) // what the pull leads to
		pull.end()
		synctest.Wait()
		select {
		case <-idle:
			t.Fatal("idle before the start that the pull led to was over")
		default:
		}
		start.end()
		if err := <-idle; err != nil {
			t.Error(err)
		}
	})
}

func TestIdleLosesPatienceOnceForEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls inFlight
		var hung, other chain
		stop := calls.begin(&hung, false)
		began := time.Now()
		if err := calls.idle(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("idle after %v, %v", time.Since(began), err)
		}
		start := calls.begin(&other, false)
		time.AfterFunc(time.Second, start.end)
		began = time.Now()
		if err := calls.idle(t.Context(), time.Minute); err != nil || time.Since(began) != time.Second {
			t.Errorf("idle again after %v, %v", time.Since(began), err)
		}
		stop.end()
		if len(calls.epochs.owed) != 0 {
			t.Errorf("owed: %v", calls.epochs.owed)
		}
	})
}

func TestIdleDoesNotWaitForWhatWaitsForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls inFlight
		var slow chain
		pull := calls.begin(&slow, false)
		over := pull.WaitsForClock()
		began := time.Now()
		if err := calls.idle(t.Context(), time.Minute); err != nil || time.Since(began) != 0 {
			t.Errorf("idle after %v, %v", time.Since(began), err)
		}
		over()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := calls.idle(ctx, time.Minute); err == nil {
			t.Error("idle while a pull goes on")
		}
		pull.end()
		if err := calls.idle(t.Context(), time.Minute); err != nil {
			t.Error(err)
		}
	})
}

// The time that a call waits for the clock is not time that the engine takes.
func TestIdleHasPatienceWithWhatHasWaitedForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls inFlight
		var slow chain
		pull := calls.begin(&slow, false)
		over := pull.WaitsForClock()
		time.Sleep(time.Hour) // before somebody advances the clock
		over()
		idle := make(chan error, 1)
		go func() { idle <- calls.idle(t.Context(), time.Minute) }()
		synctest.Wait()
		select {
		case <-idle:
			t.Error("idle while a pull goes on")
		default:
		}
		pull.end()
	})
}

// A call that is tried again and again is one chain of young flights.
func TestIdleLosesPatienceOnceForAChainThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls inFlight
		var retried chain
		call := calls.begin(&retried, false)
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			for {
				select {
				case <-stop:
					call.end()
					return
				case <-time.After(time.Second):
				}
				next := calls.begin(&retried, false)
				call.end()
				call = next
			}
		}()
		for round, want := range []time.Duration{10 * time.Second, 0, 0} {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_ = calls.idle(ctx, 10*time.Second)
			cancel()
			if took := time.Since(began); took != want {
				t.Errorf("round %d: idle after %v, want %v", round, took, want)
			}
		}
	})
}
