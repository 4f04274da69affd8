package clock_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// waitQuiet is what a program in a synctest bubble passes to SetQuiet.
func waitQuiet(context.Context) error {
	synctest.Wait()
	return nil
}

func TestAdvanceMovesTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Speed: 2})
		begin, real := c.Now(), time.Now()
		for range 3 {
			if err := c.Advance(t.Context(), 8*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.Now().Sub(begin); got != 24*time.Hour {
			t.Errorf("the clock moved %v, want 24h", got)
		}
		if took := time.Since(real); took != 0 {
			t.Errorf("Advance took %v", took)
		}
		time.Sleep(time.Second)
		if got := c.Now().Sub(begin); got != 24*time.Hour+2*time.Second {
			t.Errorf("a second later it had moved %v, want 24h0m2s", got)
		}
	})
}

func TestAdvanceNeverGoesBack(t *testing.T) {
	c := clock.New(clock.Options{})
	if err := c.Advance(t.Context(), -time.Second); err == nil {
		t.Error("Advance by -1s succeeded")
	}
}

// A deployment in small: a timer wakes a worker, which takes a while of real time
// and then makes the next timer. Each must happen at its own time.
func TestAdvanceWaitsForWhatATimerCauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		begin := c.Now()
		var at []time.Duration
		work := make(chan struct{}, 1)
		busy := make(chan chan struct{}) // the worker answers when idle
		go func() {
			for {
				select {
				case <-t.Context().Done():
					return
				case idle := <-busy:
					close(idle)
				case <-work:
					time.Sleep(3 * time.Second) // a container starts
					at = append(at, c.Now().Sub(begin))
					c.AfterFunc(10*time.Minute, func() { work <- struct{}{} })
				}
			}
		}()
		c.SetQuiet(func(context.Context) error {
			synctest.Wait()
			idle := make(chan struct{})
			busy <- idle
			<-idle
			return nil
		})
		c.AfterFunc(10*time.Minute, func() { work <- struct{}{} })
		if err := c.Advance(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{10 * time.Minute, 20 * time.Minute, 30 * time.Minute, 40 * time.Minute, 50 * time.Minute, 60 * time.Minute}
		if !slices.Equal(at, want) {
			t.Errorf("work was done at %v, want %v", at, want)
		}
		if got := c.Now().Sub(begin); got != time.Hour {
			t.Errorf("clock moved %v, want 1h: it stands still between the steps", got)
		}
	})
}

func TestAdvanceFirstLetsThePresentSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		c.SetQuiet(waitQuiet)
		begin := c.Now()
		var made, fired time.Duration
		go func() {
			made = c.Now().Sub(begin)
			c.AfterFunc(time.Minute, func() { fired = c.Now().Sub(begin) })
		}()
		if err := c.Advance(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		if made != 0 || fired != time.Minute {
			t.Errorf("made at %v and fired at %v, want 0s and 1m0s", made, fired)
		}
	})
}

func TestTimersDoNotFireBesideAdvance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		begin := c.Now()
		fired := make(chan time.Duration, 3)
		record := func() { fired <- c.Now().Sub(begin) }
		c.SetQuiet(func(context.Context) error {
			time.Sleep(time.Minute) // real time in which the timers would be due
			return nil
		})
		c.AfterFunc(time.Second, record)
		c.AfterFunc(2*time.Second, record)
		c.AfterFunc(5*time.Second, record)
		if err := c.Advance(t.Context(), 3*time.Second); err != nil {
			t.Fatal(err)
		}
		if len(fired) != 2 {
			t.Fatalf("Advance fired %d timers, want 2", len(fired))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second} {
			if got := <-fired; got != want {
				t.Errorf("a timer fired at %v, want %v", got, want)
			}
		}
	})
}

func TestAdvanceOfAStandingClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		if err := c.SetSpeed(0); err != nil {
			t.Fatal(err)
		}
		begin, fired := c.Now(), 0
		c.AfterFunc(time.Minute, func() { fired++ })
		time.Sleep(time.Hour)
		if err := c.Advance(t.Context(), 59*time.Second); err != nil || fired != 0 {
			t.Fatalf("%v, %d fired after 59s", err, fired)
		}
		if err := c.Advance(t.Context(), time.Second); err != nil || fired != 1 {
			t.Fatalf("%v, %d fired after 60s", err, fired)
		}
		if got := c.Now().Sub(begin); got != time.Minute {
			t.Errorf("clock moved %v, want 1m", got)
		}
	})
}

func TestAdvanceByNothingRunsWhatIsDue(t *testing.T) {
	c := clock.New(clock.Options{})
	if err := c.SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	fired := false
	c.AfterFunc(0, func() { fired = true })
	if err := c.Advance(t.Context(), 0); err != nil || !fired {
		t.Errorf("Advance(0): %v, fired %v", err, fired)
	}
}

func TestAdvanceStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		begin := c.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var spin func()
		spin = func() { c.AfterFunc(0, spin) } // never lets the time go on
		c.AfterFunc(time.Minute, func() { spin(); cancel() })
		later := false
		c.AfterFunc(2*time.Minute, func() { later = true })
		err := c.Advance(ctx, time.Hour)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Advance: %v, want context.Canceled", err)
		}
		if got := c.Now().Sub(begin); got != time.Minute || later {
			t.Errorf("clock moved %v, want 1m0s", got)
		}
		if err := c.SetSpeed(0); err != nil { // or spin keeps the bubble alive
			t.Error(err)
		}
	})
}

func TestAdvanceReturnsTheErrorOfQuiet(t *testing.T) {
	c := clock.New(clock.Options{})
	broken := errors.New("engine lost")
	c.SetQuiet(func(context.Context) error { return broken })
	err := c.Advance(t.Context(), time.Hour)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "reached") {
		t.Errorf("Advance: %v", err)
	}
	c.SetQuiet(nil)
	if err := c.Advance(t.Context(), time.Hour); err != nil {
		t.Errorf("Advance after a failed one: %v", err)
	}
}

func TestConcurrentAdvancesAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		c.SetQuiet(func(context.Context) error { time.Sleep(time.Millisecond); return nil })
		if err := c.SetSpeed(0); err != nil {
			t.Fatal(err)
		}
		begin := c.Now()
		errs := make(chan error)
		for range 10 {
			go func() { errs <- c.Advance(t.Context(), time.Hour) }()
		}
		for range 10 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got := c.Now().Sub(begin); got != 10*time.Hour {
			t.Errorf("clock moved %v, want 10h", got)
		}
		// One that can't get its turn gives up with its context.
		c.SetQuiet(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		slow, stop := context.WithCancel(t.Context())
		go func() { errs <- c.Advance(slow, 0) }()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Advance(short, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Advance that waits for its turn: %v", err)
		}
		stop()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("Advance that is stopped: %v", err)
		}
	})
}

// An advance that takes long tells every ten seconds how far it has come, and Progress tells it at any time.
func TestALongAdvanceTellsHowFarItHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		begin := c.Now()
		if _, ok := c.Progress(); ok {
			t.Error("there is an advance before the first")
		}
		c.SetQuiet(func(context.Context) error { time.Sleep(4 * time.Second); return nil })
		var told []clock.Progress
		c.SetProgress(func(p clock.Progress) { told = append(told, p) })
		for n := range 6 {
			c.AfterFunc(time.Duration(n+1)*time.Minute, func() {
				if p, ok := c.Progress(); !ok || p.Took != time.Duration(n+1)*4*time.Second || p.At.Sub(begin) != time.Duration(n+1)*time.Minute {
					t.Errorf("at timer %d: %+v, %v", n, p, ok)
				}
			})
		}
		if err := c.Advance(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		want := []clock.Progress{
			{From: begin, At: begin.Add(3 * time.Minute), To: begin.Add(time.Hour), Took: 12 * time.Second},
			{From: begin, At: begin.Add(6 * time.Minute), To: begin.Add(time.Hour), Took: 24 * time.Second},
		}
		if !slices.Equal(told, want) {
			t.Errorf("told\n %+v, want\n %+v", told, want)
		}
		if _, ok := c.Progress(); ok {
			t.Error("the advance is not over")
		}
	})
}

func BenchmarkAdvance(b *testing.B) {
	c := clock.New(clock.Options{})
	for b.Loop() {
		for i := range 1000 {
			c.AfterFunc(time.Duration(i)*time.Millisecond, func() {})
		}
		if err := c.Advance(b.Context(), time.Second); err != nil {
			b.Fatal(err)
		}
	}
}
