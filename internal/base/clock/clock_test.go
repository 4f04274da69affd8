package clock_test

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

func TestClockRunsAsFastAsItIsTold(t *testing.T) {
	for _, test := range []struct {
		speed float64
		want  time.Duration // of emulated time in ten real seconds
	}{
		{0, 10 * time.Second},
		{1, 10 * time.Second},
		{0.5, 5 * time.Second},
		{60, 10 * time.Minute},
		{-1, 10 * time.Second},
		{math.NaN(), 10 * time.Second},
		{math.Inf(1), 10 * clock.MaxSpeed * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := clock.New(clock.Options{Speed: test.speed})
			begin := c.Now()
			time.Sleep(10 * time.Second)
			if got := c.Now().Sub(begin); got != test.want {
				t.Errorf("speed %v: clock moved %v in 10 s, want %v", test.speed, got, test.want)
			}
		})
	}
}

func TestClockBeginsAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got, want := clock.New(clock.Options{}).Now(), time.Now(); !got.Equal(want) {
			t.Errorf("clock begins at %v, want the present, %v", got, want)
		}
		start := time.Date(2031, 5, 1, 12, 0, 0, 0, time.FixedZone("CEST", 7200))
		c := clock.New(clock.Options{Start: start})
		if got := c.Now(); !got.Equal(start) || got.Location() != time.UTC {
			t.Errorf("clock begins at %v, want %v in UTC", got, start)
		}
		time.Sleep(time.Minute)
		if got, want := c.Now(), start.Add(time.Minute); !got.Equal(want) {
			t.Errorf("a minute later the clock shows %v, want %v", got, want)
		}
	})
}

func TestSetSpeedKeepsTheTimeContinuous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		begin := c.Now()
		passed := func(want time.Duration) {
			t.Helper()
			if got := c.Now().Sub(begin); got != want {
				t.Errorf("%v of emulated time have passed, want %v", got, want)
			}
		}
		setSpeed := func(speed float64) {
			t.Helper()
			if err := c.SetSpeed(speed); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		setSpeed(100)
		passed(time.Second)
		time.Sleep(time.Second)
		passed(101 * time.Second)
		setSpeed(0)
		time.Sleep(time.Hour)
		passed(101 * time.Second)
		setSpeed(1)
		time.Sleep(time.Second)
		passed(102 * time.Second)
		if got := c.Speed(); got != 1 {
			t.Errorf("Speed() = %v, want 1", got)
		}
	})
}

func TestSetSpeedRefusesWhatIsNoSpeed(t *testing.T) {
	c := clock.New(clock.Options{Speed: 2})
	for _, speed := range []float64{-1, math.NaN(), math.Inf(1), 2 * clock.MaxSpeed} {
		if err := c.SetSpeed(speed); err == nil {
			t.Errorf("SetSpeed(%v) succeeded", speed)
		}
	}
	if got := c.Speed(); got != 2 {
		t.Errorf("after refusals the speed is %v, want 2", got)
	}
}

func TestAFastClockRunsForYears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Speed: clock.MaxSpeed})
		before := c.Now()
		for range 24 {
			time.Sleep(61 * time.Minute)
			if now := c.Now(); !now.After(before) {
				t.Fatalf("clock went from %v to %v", before, now)
			} else {
				before = now
			}
		}
	})
}

// Real time, and so real interleavings, for the race detector.
func TestTheTimeNeverGoesBack(t *testing.T) {
	c := clock.New(clock.Options{Speed: 3.7})
	var readers, writers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			last := c.Now()
			for {
				select {
				case <-done:
					return
				default:
				}
				now := c.Now()
				if now.Before(last) {
					t.Errorf("clock went back from %v to %v", last, now)
					return
				}
				last = now
			}
		})
	}
	writers.Go(func() {
		for i := range 2000 {
			if err := c.SetSpeed(float64(i%7) * 1.3); err != nil {
				t.Error(err)
			}
		}
	})
	writers.Go(func() {
		for i := range 2000 {
			if err := c.Advance(t.Context(), time.Duration(i)*time.Microsecond); err != nil {
				t.Error(err)
			}
		}
	})
	writers.Wait()
	close(done)
	readers.Wait()
}
