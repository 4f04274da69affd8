package clock

import (
	"encoding/json"
	"testing"
	"time"
)

func TestResume(t *testing.T) {
	real := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	ahead := real.Add(48 * time.Hour) // a user has advanced the clock
	for _, c := range []struct {
		name  string
		last  stamp
		after time.Duration // of real time, until the next run
		want  time.Time
	}{
		{"time has passed", stamp{ahead, real, 1}, time.Hour, ahead.Add(time.Hour)},
		{"real time was set back", stamp{ahead, real, 1}, -time.Hour, ahead},
		{"the clock stood still", stamp{ahead, real, 0}, time.Minute, ahead.Add(time.Minute)},
		{"the clock was behind", stamp{real.Add(-time.Hour), real, 0}, time.Minute, real.Add(time.Minute)},
		{"a fast clock, killed at once", stamp{ahead, real, 60}, time.Second / 2, ahead.Add(30 * time.Second)},
		// It may have run for a real second and a minute of the clock, unstamped.
		{"a fast clock, killed long ago", stamp{ahead, real, 60}, time.Hour, ahead.Add(time.Hour + 2*59*time.Second)},
		{"a very fast clock, killed long ago", stamp{ahead, real, 3600}, time.Hour, ahead.Add(time.Hour + 3599*(time.Second+time.Minute/3600))},
	} {
		last, err := json.Marshal(c.last)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Resume(last, real.Add(c.after))
		if err != nil || got.Sub(c.want).Abs() > 2*time.Second {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if got, err := Resume(nil, real); err != nil || !got.Equal(real) {
		t.Errorf("a new state: %v, %v", got, err)
	}
	if _, err := Resume([]byte("yesterday"), real); err == nil {
		t.Error("no error for a stamp that is none")
	}
}

// A fast clock stamps at the first of its minutes that ends a second after the last
// stamp. Killed just before, it has shown all that time.
func TestResumeIsNotBeforeWhatAFastClockHasShown(t *testing.T) {
	began := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	for _, speed := range []float64{1, 2, 50, 60, 61, 100, 1000, MaxSpeed} {
		last, err := json.Marshal(stamp{began, began, speed})
		if err != nil {
			t.Fatal(err)
		}
		minute := time.Duration(float64(StampEvery) / speed)
		unstamped := (StampPause/minute + 1) * minute
		shown := began.Add(time.Duration(float64(unstamped) * speed))
		got, err := Resume(last, began.Add(unstamped))
		if err != nil || got.Before(shown) {
			t.Errorf("speed %v: goes on at %v, had shown %v, %v", speed, got, shown, err)
		}
	}
}
