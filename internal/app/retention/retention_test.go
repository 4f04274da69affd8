package retention_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/app/retention"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// world is a keeper at work.
type world struct {
	*testing.T
	*retention.Keeper
	stamps atomic.Int64 // how many times it was stamped at
	last   []byte
}

// stamp is asked more than once for a stamp.
func (w *world) stamp() []byte {
	stamp := w.Clock.Stamp()
	if !bytes.Equal(stamp, w.last) {
		w.stamps.Add(1)
	}
	w.last = stamp
	return stamp
}

// inWorld runs a test in a bubble.
func inWorld(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, Keeper: &retention.Keeper{Clock: clock.New(clock.Options{}), Log: slog.New(slog.DiscardHandler)}}
		var err error
		if w.Store, err = state.Open(store.Options{Path: filepath.Join(t.TempDir(), "state.db"), Stamp: w.stamp}); err != nil {
			t.Fatal(err)
		}
		w.Forgets = []func(*store.Tx, time.Time){func(tx *store.Tx, now time.Time) { clienttoken.Forget(tx, now.Add(-clienttoken.Keep)) }}
		w.Store.OnChange(w.Changed)
		ctx, cancel := context.WithCancel(t.Context())
		w.Schedule(ctx)
		test(w)
		cancel()
		w.Wait()
		w.Clock.Close()
		if err := w.Store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (w *world) update(fn func(tx *store.Tx)) {
	w.Helper()
	if err := w.Store.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	if err := w.Clock.Advance(w.Context(), d); err != nil {
		w.Fatal(err)
	}
}

// waits says for how long the clock has nothing to do; 0 is for ever.
func (w *world) waits() time.Duration {
	due, ok := w.Clock.Next()
	if !ok {
		return 0
	}
	return due.Sub(w.Clock.Now())
}

// A clock on which nothing gets old has no timer, so that to advance it costs nothing.
func TestNothingToForgetCostsNoTimer(t *testing.T) {
	inWorld(t, func(w *world) {
		w.advance(time.Minute)
		if wait := w.waits(); wait != 0 {
			t.Errorf("an empty store is looked at after %v", wait)
		}
		request := clienttoken.New("a", "")
		w.update(func(tx *store.Tx) { request.Remember(tx, w.Clock.Now()) })
		if wait := w.waits(); wait != time.Minute {
			t.Errorf("a change is looked at after %v", wait)
		}
		w.advance(time.Minute)
		if wait := w.waits(); wait != clienttoken.Keep-time.Minute {
			t.Errorf("a token is looked at after %v", wait)
		}
		w.advance(clienttoken.Keep - time.Minute) // to the instant: it is not older than that
		w.advance(time.Minute)
		if known, _ := request.First(w.Store.Read()); known != nil {
			t.Error("a token stays")
		}
		w.advance(time.Minute)
		if wait := w.waits(); wait != 0 {
			t.Errorf("what is left is looked at after %v", wait)
		}
	})
}

// The clock is stamped as it passes by itself: once a minute of it, and once a second of real time at most.
func TestStamps(t *testing.T) {
	inWorld(t, func(w *world) {
		expect := func(when string, d time.Duration, want int64) {
			t.Helper()
			before := w.stamps.Load()
			time.Sleep(d)
			synctest.Wait()
			if got := w.stamps.Load() - before; got != want {
				t.Errorf("%s: %d stamps in %v, want %d", when, got, d, want)
			}
		}
		expect("at the speed of real time", 150*time.Second, 2)
		for speed, want := range map[float64]int64{0: 2, 6: 12, 60: 120, 1000: 120} {
			if err := w.Clock.SetSpeed(speed); err != nil {
				t.Fatal(err)
			}
			w.Retime()
			expect("at another speed", 2*time.Minute+time.Millisecond, want)
		}
	})
}
