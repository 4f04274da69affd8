package clock

import (
	"testing"
	"time"
)

// The wall clock goes on while a machine is suspended; the monotonic one does not.
func TestTheClockFollowsTheWallClockThroughASuspension(t *testing.T) {
	start := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	real := reading{wall: start}
	c := newClock(Options{Start: start}, func() reading { return real })
	defer c.Close()
	pass := func(monotonic, wall, want time.Duration) {
		t.Helper()
		real.monotonic += monotonic
		real.wall = real.wall.Add(wall)
		if got := c.Now().Sub(start); got != want {
			t.Errorf("%v have passed, want %v", got, want)
		}
	}
	pass(time.Second, time.Second, time.Second)
	pass(time.Second, time.Second+100*time.Millisecond, 2*time.Second) // set right
	pass(time.Second, time.Hour, time.Hour+2*time.Second+100*time.Millisecond)
	fired := false
	c.AfterFunc(time.Minute, func() { fired = true })
	pass(0, 2*time.Minute, time.Hour+2*time.Minute+2*time.Second+100*time.Millisecond)
	if c.fire(); !fired {
		t.Error("a timer that fell due in the suspension has not fired")
	}
	before := c.Now()
	real.wall = real.wall.Add(-24 * time.Hour)
	if now := c.Now(); now.Before(before) {
		t.Errorf("the clock went back from %v to %v with the wall clock", before, now)
	}
}

func TestAClosedClockForgetsItsTimers(t *testing.T) {
	c := New(Options{})
	var late *Timer
	first := c.AfterFunc(time.Millisecond, func() { t.Error("a timer of a closed clock has fired") })
	c.Close()
	late = c.AfterFunc(0, func() { t.Error("a timer made on a closed clock has fired") })
	if first.Stop() || late.Stop() {
		t.Error("a closed clock still has timers")
	}
	if _, ok := c.Next(); ok || len(c.timers) != 0 {
		t.Error("a closed clock still has timers")
	}
	before := c.Now()
	if err := c.Advance(t.Context(), time.Hour); err == nil {
		t.Error("a closed clock advances")
	}
	if c.Now().Before(before) {
		t.Error("a closed clock does not tell the time")
	}
}

func TestWallTellsWhenATimeIsDueByOtherClocks(t *testing.T) {
	start := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	real := reading{wall: start}
	c := newClock(Options{Start: start}, func() reading { return real })
	defer c.Close()
	due := start.Add(6 * time.Hour)
	expect := func(when string, want time.Duration) {
		t.Helper()
		if got := c.Wall(due).Sub(start); got != want {
			t.Errorf("%s it is due after %v, want %v", when, got, want)
		}
	}
	expect("at real time", 6*time.Hour)
	real.monotonic, real.wall = time.Hour, start.Add(time.Hour)
	expect("an hour later", 6*time.Hour)
	if err := c.Advance(t.Context(), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	expect("after an advance", 4*time.Hour)
	if err := c.SetSpeed(60); err != nil {
		t.Fatal(err)
	}
	expect("on a fast clock", time.Hour+3*time.Minute)
	if err := c.SetSpeed(1e-300); err != nil {
		t.Fatal(err)
	}
	expect("on a clock that hardly moves", time.Hour+longestStep)
	if err := c.SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	real.monotonic, real.wall = 2*time.Hour, start.Add(2*time.Hour)
	expect("on a clock that stands still", 5*time.Hour)
}
