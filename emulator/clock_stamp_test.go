package emulator

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func TestGoOn(t *testing.T) {
	real := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	ahead := real.Add(48 * time.Hour) // somebody has advanced the clock
	for _, c := range []struct {
		name  string
		last  clockStamp
		after time.Duration // of real time, until the next run
		want  time.Time
	}{
		{"time has passed", clockStamp{ahead, real, 1}, time.Hour, ahead.Add(time.Hour)},
		{"real time was set back", clockStamp{ahead, real, 1}, -time.Hour, ahead},
		{"the clock stood still", clockStamp{ahead, real, 0}, time.Minute, ahead.Add(time.Minute)},
		{"the clock was behind", clockStamp{real.Add(-time.Hour), real, 0}, time.Minute, real.Add(time.Minute)},
		{"a fast clock, killed at once", clockStamp{ahead, real, 60}, time.Second / 2, ahead.Add(30 * time.Second)},
		// It may have run for a real second and a minute of the clock, unstamped.
		{"a fast clock, killed long ago", clockStamp{ahead, real, 60}, time.Hour, ahead.Add(time.Hour + 2*59*time.Second)},
		{"a very fast clock, killed long ago", clockStamp{ahead, real, 3600}, time.Hour, ahead.Add(time.Hour + 3599*(time.Second+time.Minute/3600))},
	} {
		stamp, err := json.Marshal(c.last)
		if err != nil {
			t.Fatal(err)
		}
		got, err := goOn(stamp, real.Add(c.after))
		if err != nil || got.Sub(c.want).Abs() > 2*time.Second {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if got, err := goOn(nil, real); err != nil || !got.Equal(real) {
		t.Errorf("a new state: %v, %v", got, err)
	}
	if _, err := goOn([]byte("yesterday"), real); err == nil {
		t.Error("no error for a stamp that is none")
	}
}

// A fast clock stamps at the first of its minutes that ends a second after the last
// stamp. Killed just before, it has shown all that time.
func TestGoOnIsNotBeforeWhatAFastClockHasShown(t *testing.T) {
	began := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	for _, speed := range []float64{1, 2, 50, 60, 61, 100, 1000, clock.MaxSpeed} {
		stamp, err := json.Marshal(clockStamp{began, began, speed})
		if err != nil {
			t.Fatal(err)
		}
		minute := time.Duration(float64(retentionEvery) / speed)
		unstamped := (stampPause/minute + 1) * minute
		shown := began.Add(time.Duration(float64(unstamped) * speed))
		got, err := goOn(stamp, began.Add(unstamped))
		if err != nil || got.Before(shown) {
			t.Errorf("speed %v: goes on at %v, had shown %v, %v", speed, got, shown, err)
		}
	}
}

func TestAStampThatCannotBeReadIsAnErrorAndStays(t *testing.T) {
	dir := t.TempDir()
	store, err := state.Open(state.Options{
		Path: filepath.Join(dir, "state.db"), Stamp: func() []byte { return []byte("yesterday") },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{DataDir: dir, Engine: "sim", Listen: "127.0.0.1:0"}); err == nil || !strings.Contains(err.Error(), "yesterday") {
		t.Errorf("error: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "state.db")); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file has changed, %v", err)
	}
}
