package clock_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

func TestTimersFireInOrderAndOnTime(t *testing.T) {
	for _, speed := range []float64{1, 3, 0.25, 1000} {
		synctest.Test(t, func(t *testing.T) {
			c := clock.New(clock.Options{Speed: speed})
			begin := c.Now()
			var fired []time.Duration
			for _, d := range []time.Duration{7, 3, 5, 3, 60, 0, -4} {
				due := max(d, 0) * time.Second
				c.AfterFunc(d*time.Second, func() {
					fired = append(fired, due)
					late := c.Now().Sub(begin) - due
					if late < 0 || late > time.Duration(speed)+1 {
						t.Errorf("speed %v: timer of %v fired %v late", speed, due, late)
					}
				})
			}
			time.Sleep(time.Duration(float64(time.Minute)/speed) + time.Millisecond)
			synctest.Wait()
			if len(fired) != 7 || !slices.IsSorted(fired) {
				t.Errorf("speed %v: fired %v, want 7 in order", speed, fired)
			}
		})
	}
}

func TestTimersDueTogetherFireInTheOrderTheyWereMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		var fired []int
		for i := range 100 {
			c.AfterFunc(time.Second, func() { fired = append(fired, i) })
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if len(fired) != 100 || !slices.IsSorted(fired) {
			t.Errorf("fired %v", fired)
		}
	})
}

func TestStopTakesACallBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		var fired []string
		var third *clock.Timer
		first := c.AfterFunc(time.Second, func() {
			fired = append(fired, "first")
			if !third.Stop() {
				t.Error("first came too late to stop third, which is due at the same time")
			}
		})
		second := c.AfterFunc(time.Second, func() { fired = append(fired, "second") })
		third = c.AfterFunc(time.Second, func() { fired = append(fired, "third") })
		c.AfterFunc(2*time.Second, func() { fired = append(fired, "fourth") })
		if !second.Stop() {
			t.Error("Stop of a pending timer returned false")
		}
		if second.Stop() {
			t.Error("Stop of a stopped timer returned true")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if first.Stop() {
			t.Error("Stop of a fired timer returned true")
		}
		if want := []string{"first", "fourth"}; !slices.Equal(fired, want) {
			t.Errorf("fired %v, want %v", fired, want)
		}
	})
}

func TestATimerKnowsWhetherItIsSetForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		begin := c.Now()
		due := begin.Add(time.Minute)
		fired := make(chan time.Time, 2)
		fire := func() { fired <- c.Now() }
		timer := c.At(due, fire)
		if !timer.SetFor(due) || timer.SetFor(due.Add(1)) {
			t.Errorf("set for %v: %v; a moment later: %v", due, timer.SetFor(due), timer.SetFor(due.Add(1)))
		}
		if err := c.Advance(t.Context(), 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		if at := <-fired; !at.Equal(due) || timer.SetFor(due) {
			t.Errorf("fired at %v, want %v; still set: %v", at, due, timer.SetFor(due))
		}
		late := c.At(begin, fire) // as soon as can be, and the time does not go back
		if at := <-fired; at.Before(due) || late.SetFor(begin) {
			t.Errorf("fired at %v, which was over by %v", at, due)
		}
		stopped := c.At(due.Add(time.Hour), fire)
		if stopped.Stop(); stopped.SetFor(due.Add(time.Hour)) {
			t.Error("a stopped timer is set")
		}
	})
}

func TestATimerMayMakeTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Speed: 10})
		begin, ticks := c.Now(), 0
		var tick func()
		tick = func() {
			if ticks++; ticks < 50 {
				c.AfterFunc(time.Second, tick)
			}
		}
		c.AfterFunc(0, tick)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if ticks != 50 {
			t.Errorf("%d ticks in %v, want 50", ticks, c.Now().Sub(begin))
		}
	})
}

func TestTimersFollowTheSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		var fired atomic.Bool
		c.AfterFunc(time.Hour, func() { fired.Store(true) })
		set := func(speed float64, wait time.Duration, want bool) {
			t.Helper()
			if err := c.SetSpeed(speed); err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			synctest.Wait()
			if got := fired.Load(); got != want {
				t.Errorf("at speed %v after %v: fired %v, want %v", speed, wait, got, want)
			}
		}
		set(0, 1000*time.Hour, false)
		set(0.001, time.Second, false)
		set(3600, 999*time.Millisecond, false)
		set(1, 4*time.Second, true)
	})
}

func TestNextIsTheEarliestTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		if _, ok := c.Next(); ok {
			t.Error("a new clock has a next timer")
		}
		c.AfterFunc(time.Hour, func() {})
		early := c.AfterFunc(time.Minute, func() {})
		if due, ok := c.Next(); !ok || due.Sub(c.Now()) != time.Minute {
			t.Errorf("next is due at %v, want in a minute", due)
		}
		early.Stop()
		if due, ok := c.Next(); !ok || due.Sub(c.Now()) != time.Hour {
			t.Errorf("next is due at %v, want in an hour", due)
		}
	})
}

func TestATimerFiresOnTimeAndLeavesNothingWhenItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Speed: 60})
		fired := make(chan struct{}, 1)
		fire := func() { fired <- struct{}{} }
		for d, want := range map[time.Duration]time.Duration{time.Minute: time.Second, 0: 0, -time.Minute: 0} {
			begin := time.Now()
			c.AfterFunc(d, fire)
			if <-fired; time.Since(begin) != want {
				t.Errorf("a timer of %v fired after %v at speed 60, want %v", d, time.Since(begin), want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		timer := c.AfterFunc(time.Hour, fire)
		select {
		case <-fired:
			t.Error("a timer of an hour fired within a second at speed 60")
		case <-ctx.Done():
		}
		if !timer.Stop() {
			t.Error("Stop of a pending timer returned false")
		}
		if due, ok := c.Next(); ok {
			t.Errorf("a stopped timer is left behind, due at %v", due)
		}
	})
}

// Real time, and so real interleavings, for the race detector: each timer either
// fires once or is stopped.
func TestTimersUnderConcurrentUse(t *testing.T) {
	c := clock.New(clock.Options{Speed: 100})
	var fired, stopped atomic.Int64
	const goroutines, each = 8, 500
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				d := time.Duration((i*7+g)%50) * time.Millisecond
				timer := c.AfterFunc(d, func() { fired.Add(1) })
				if i%3 == 0 && timer.Stop() {
					stopped.Add(1)
				}
				if i%100 == 0 {
					if err := c.Advance(t.Context(), 5*time.Millisecond); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if err := c.Advance(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	if got := fired.Load() + stopped.Load(); got != goroutines*each || stopped.Load() == 0 {
		t.Errorf("%d fired and %d stopped, want %d together", fired.Load(), stopped.Load(), goroutines*each)
	}
}

func BenchmarkAfterFuncStop(b *testing.B) {
	c := clock.New(clock.Options{})
	for i := range 10_000 {
		c.AfterFunc(time.Hour+time.Duration(i), func() {})
	}
	b.ReportAllocs()
	for b.Loop() {
		c.AfterFunc(time.Hour, func() {}).Stop()
	}
}
