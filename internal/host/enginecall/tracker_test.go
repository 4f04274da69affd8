package enginecall

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Clients that go on starting tasks do not delay a caller that waits for earlier ones.
func TestIdleWaitsForWhatThereWasOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		var first, later Group
		pull := calls.Begin(&first, CutOff)
		idle := make(chan error, 1)
		go func() { idle <- calls.Idle(t.Context(), time.Hour) }()
		synctest.Wait()
		defer calls.Begin(&later, CutOff).End()

		start := calls.Begin(&first, CutOff) // what the pull leads to
		pull.End()
		synctest.Wait()
		select {
		case <-idle:
			t.Fatal("idle before the start that the pull led to was over")
		default:
		}
		start.End()
		if err := <-idle; err != nil {
			t.Error(err)
		}
	})
}

func TestIdleLosesPatienceOnceForEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		var hung, other Group
		stop := calls.Begin(&hung, CutOff)
		began := time.Now()
		if err := calls.Idle(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("idle after %v, %v", time.Since(began), err)
		}
		start := calls.Begin(&other, CutOff)
		time.AfterFunc(time.Second, start.End)
		began = time.Now()
		if err := calls.Idle(t.Context(), time.Minute); err != nil || time.Since(began) != time.Second {
			t.Errorf("idle again after %v, %v", time.Since(began), err)
		}
		stop.End()
		if len(calls.generations.open) != 0 {
			t.Errorf("open: %v", calls.generations.open)
		}
	})
}

func TestIdleDoesNotWaitForWhatWaitsForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		var slow Group
		pull := calls.Begin(&slow, CutOff)
		over := pull.WaitsForClock()
		began := time.Now()
		if err := calls.Idle(t.Context(), time.Minute); err != nil || time.Since(began) != 0 {
			t.Errorf("idle after %v, %v", time.Since(began), err)
		}
		over()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := calls.Idle(ctx, time.Minute); err == nil {
			t.Error("idle while a pull goes on")
		}
		pull.End()
		if err := calls.Idle(t.Context(), time.Minute); err != nil {
			t.Error(err)
		}
	})
}

// The time that a call waits for the clock is not time that the engine takes.
func TestIdleHasPatienceWithWhatHasWaitedForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		var slow Group
		pull := calls.Begin(&slow, CutOff)
		over := pull.WaitsForClock()
		time.Sleep(time.Hour) // before a user advances the clock
		over()
		idle := make(chan error, 1)
		go func() { idle <- calls.Idle(t.Context(), time.Minute) }()
		synctest.Wait()
		select {
		case <-idle:
			t.Error("idle while a pull goes on")
		default:
		}
		pull.End()
	})
}

// A call that is tried again and again is one group of young calls.
func TestIdleLosesPatienceOnceForAGroupThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Tracker
		var retried Group
		call := calls.Begin(&retried, CutOff)
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			for {
				select {
				case <-stop:
					call.End()
					return
				case <-time.After(time.Second):
				}
				next := calls.Begin(&retried, CutOff)
				call.End()
				call = next
			}
		}()
		for round, want := range []time.Duration{10 * time.Second, 0, 0} {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_ = calls.Idle(ctx, 10*time.Second)
			cancel()
			if took := time.Since(began); took != want {
				t.Errorf("round %d: idle after %v, want %v", round, took, want)
			}
		}
	})
}
