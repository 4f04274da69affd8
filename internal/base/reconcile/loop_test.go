package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type row struct {
	Key   string
	Count int
}

var rows = store.NewTable("reconciled", func(r *row) string { return r.Key })

// env is a store, a clock and what the log has.
type env struct {
	*testing.T
	store *store.Store
	clock *clock.Clock
	log   bytes.Buffer
}

// inBubble runs a test in a time of its own, which the emulator's clock follows.
func inBubble(t *testing.T, test func(e *env)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e := &env{T: t, store: s, clock: clock.New(clock.Options{})}
		test(e)
		e.clock.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// loop makes a loop over all rows.
func (e *env) loop(opts reconcile.Options) *reconcile.Loop {
	opts.Name, opts.Clock, opts.Log = "row", e.clock, slog.New(slog.NewTextHandler(&e.log, nil))
	opts.Watch = e.store.Watch(0, store.OnKeys(rows))
	return reconcile.New(opts)
}

// runs has a loop run until the test ends.
func (e *env) runs(runner interface{ Run(context.Context) error }) (stop func()) {
	ctx, cancel := context.WithCancel(e.Context())
	done := make(chan error, 1)
	go func() { done <- runner.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			e.Errorf("the loop ends with %v", err)
		}
	}
}

func (e *env) put(keys ...string) {
	e.Helper()
	err := e.store.Update(func(tx *store.Tx) error {
		for _, key := range keys {
			rows.Put(tx, &row{Key: key})
		}
		return nil
	})
	if err != nil {
		e.Fatal(err)
	}
}

func (e *env) idle(waits interface{ Idle(context.Context) error }) {
	e.Helper()
	if err := waits.Idle(e.Context()); err != nil {
		e.Fatal(err)
	}
}

// pass lets real time pass, that of the bubble.
func (e *env) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// record is what a loop has done.
type record[T any] struct {
	mu   sync.Mutex
	list []T
}

func (r *record[T]) add(one T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, one)
}

func (r *record[T]) all() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

var never time.Time

func TestReconcilesRowsOfBeforeAndOfNow(t *testing.T) {
	inBubble(t, func(e *env) {
		var seen []string
		e.put("before")
		l := e.loop(reconcile.Options{Reconcile: func(_ context.Context, key string) (time.Time, error) {
			seen = append(seen, key)
			return never, nil
		}})
		e.put("meanwhile")
		defer e.runs(l)()
		e.idle(l)
		e.put("now")
		l.Wake("no row")
		e.idle(l)
		if want := []string{"before", "meanwhile", "now", "no row"}; !slices.Equal(seen, want) {
			e.Errorf("reconciled %q, want %q", seen, want)
		}
	})
}

func TestWakesAtTheTimeOfTheClock(t *testing.T) {
	inBubble(t, func(e *env) {
		if err := e.clock.SetSpeed(0); err != nil {
			e.Fatal(err)
		}
		start, times := e.clock.Now(), []time.Duration{}
		due := []time.Duration{time.Hour, 3 * time.Hour}
		l := e.loop(reconcile.Options{Reconcile: func(context.Context, string) (time.Time, error) {
			times = append(times, e.clock.Now().Sub(start))
			if len(due) == 0 {
				return never, nil
			}
			next := start.Add(due[0])
			due = due[1:]
			return next, nil
		}})
		e.clock.SetQuiet(l.Idle)
		e.put("a")
		defer e.runs(l)()
		if err := e.clock.Advance(e.Context(), 24*time.Hour); err != nil {
			e.Fatal(err)
		}
		if want := []time.Duration{0, time.Hour, 3 * time.Hour}; !slices.Equal(times, want) {
			e.Errorf("reconciled at %v, want %v", times, want)
		}
	})
}

// A key has one timer: what it returns last counts, zero takes it away.
func TestAKeyHasOneTimer(t *testing.T) {
	inBubble(t, func(e *env) {
		start := e.clock.Now()
		wakeAt, looks := start.Add(time.Hour), 0
		l := e.loop(reconcile.Options{Reconcile: func(context.Context, string) (time.Time, error) {
			looks++
			return wakeAt, nil
		}})
		defer e.runs(l)()
		for _, at := range []time.Time{start.Add(time.Hour), start.Add(time.Hour), start.Add(time.Minute)} {
			wakeAt = at
			e.put("a")
			e.idle(l)
			if due, ok := e.clock.Next(); !ok || !due.Equal(at) {
				e.Errorf("the timer is due at %v, want %v", due, at)
			}
		}
		wakeAt = never
		e.put("a")
		e.idle(l)
		if due, ok := e.clock.Next(); ok {
			e.Errorf("a timer is left, due at %v", due)
		}
		e.pass(2 * time.Hour)
		if looks != 4 {
			e.Errorf("%d looks for 4 changes", looks)
		}
	})
}

func TestRetriesLaterEachTime(t *testing.T) {
	inBubble(t, func(e *env) {
		var pauses record[time.Duration]
		last, fails := time.Now(), atomic.Bool{}
		fails.Store(true)
		l := e.loop(reconcile.Options{Reconcile: func(context.Context, string) (time.Time, error) {
			pauses.add(time.Since(last))
			if last = time.Now(); fails.Load() {
				return never, errors.New("disk full")
			}
			return never, nil
		}})
		e.put("a")
		defer e.runs(l)()
		e.pass(20 * time.Second)
		want := []time.Duration{0, 1, 2, 4, 8, 16, 32, 50, 50}
		for i := range want {
			want[i] *= 100 * time.Millisecond
		}
		if !slices.Equal(pauses.all(), want) {
			e.Errorf("retried after %v, want %v", pauses.all(), want)
		}
		if d := l.FailsFor("a"); d < 19*time.Second || l.FailsFor("b") != 0 {
			e.Errorf("fails for %v", d)
		}
		if n := strings.Count(e.log.String(), "disk full"); n != 1 || !strings.Contains(e.log.String(), "reconcile row; retrying") {
			e.Errorf("the log tells of one error %d times: %s", n, e.log.String())
		}
		fails.Store(false)
		e.pass(time.Hour)
		if len(pauses.all()) != len(want)+1 || l.FailsFor("a") != 0 {
			e.Errorf("it goes on after a success: %v", pauses.all())
		}
	})
}

// However often a key is woken while it fails, there is one retry of it to come.
func TestAKeyHasOneRetry(t *testing.T) {
	inBubble(t, func(e *env) {
		var looks atomic.Int32
		fails := atomic.Bool{}
		fails.Store(true)
		l := e.loop(reconcile.Options{Reconcile: func(context.Context, string) (time.Time, error) {
			if looks.Add(1); fails.Load() {
				return never, errors.New("disk full")
			}
			return never, nil
		}})
		stop := e.runs(l)
		for range 20 {
			e.put("a")
			e.pass(time.Millisecond)
		}
		e.pass(time.Minute)
		before := looks.Load()
		e.pass(time.Minute)
		if n := looks.Load() - before; n != int32(time.Minute/reconcile.LastRetry) {
			e.Errorf("%d looks in a minute", n)
		}
		fails.Store(false)
		l.Wake("a")
		e.pass(0)
		before = looks.Load()
		woken := e.store.Woken()
		if e.pass(time.Minute); looks.Load() != before || e.store.Woken() != woken {
			e.Error("it is retried after a success")
		}
		fails.Store(true)
		l.Wake("a")
		e.pass(0)
		stop()
		woken = e.store.Woken()
		if e.pass(time.Minute); e.store.Woken() != woken {
			e.Error("it is retried after the end of the loop")
		}
	})
}

func TestSaysNothingOfWhatMends(t *testing.T) {
	inBubble(t, func(e *env) {
		away := errors.New("engine away")
		l := e.loop(reconcile.Options{
			Reconcile: func(context.Context, string) (time.Time, error) { return never, away },
			Mends:     func(err error) bool { return errors.Is(err, away) },
		})
		e.put("a")
		defer e.runs(l)()
		e.pass(time.Minute)
		if e.log.Len() > 0 || l.FailsFor("a") == 0 {
			e.Errorf("it fails for %v, and says %s", l.FailsFor("a"), e.log.String())
		}
	})
}

func TestIdleWaitsForWhatAKeyLeadsTo(t *testing.T) {
	inBubble(t, func(e *env) {
		var l *reconcile.Loop
		done := map[string]bool{}
		l = e.loop(reconcile.Options{Reconcile: func(_ context.Context, key string) (time.Time, error) {
			time.Sleep(time.Second) // of the bubble
			done[key] = true
			switch key {
			case "a":
				l.Pass("a", "b")
			case "b":
				return never, e.store.Update(func(tx *store.Tx) error {
					l.Causes(tx, key)
					rows.Put(tx, &row{Key: "c"})
					return nil
				})
			}
			return never, nil
		}})
		defer e.runs(l)()
		e.put("a")
		e.idle(l)
		if len(done) != 3 {
			e.Errorf("idle after %v of a, b and c", done)
		}
	})
}

func TestAGroupWaitsForWhatOneLoopWakesInAnother(t *testing.T) {
	inBubble(t, func(e *env) {
		var seen []string
		last := e.loop(reconcile.Options{Reconcile: func(_ context.Context, key string) (time.Time, error) {
			seen = append(seen, key)
			return never, nil
		}})
		first := e.loop(reconcile.Options{Reconcile: func(_ context.Context, key string) (time.Time, error) {
			time.Sleep(time.Second) // of the bubble
			last.Wake("because of " + key)
			return never, nil
		}})
		g := reconcile.Group{first, last}
		defer e.runs(g)()
		e.put("a")
		e.idle(g)
		if !slices.Contains(seen, "because of a") {
			e.Errorf("idle after %q", seen)
		}
	})
}

// Keys are reconciled side by side, one key never is; and nothing is once the loop has ended.
func TestWorkersShareKeys(t *testing.T) {
	inBubble(t, func(e *env) {
		var most, now, looks atomic.Int32
		var busy sync.Map
		l := e.loop(reconcile.Options{Workers: 3, Reconcile: func(_ context.Context, key string) (time.Time, error) {
			if _, twice := busy.LoadOrStore(key, true); twice {
				e.Errorf("%s is reconciled twice at once", key)
			}
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second) // of the bubble
			now.Add(-1)
			busy.Delete(key)
			looks.Add(1)
			return e.clock.Now().Add(time.Minute), errors.New("again")
		}})
		stop := e.runs(l)
		e.put("a", "b", "c", "d", "e")
		e.pass(500 * time.Millisecond)
		e.put("a", "b")
		e.idle(l)
		if most.Load() != 3 || looks.Load() < 7 {
			e.Errorf("%d at once, %d looks", most.Load(), looks.Load())
		}
		stop()
		before := looks.Load()
		e.pass(time.Hour)
		if looks.Load() != before {
			e.Error("it goes on after its end")
		}
		if _, ok := e.clock.Next(); ok {
			e.Error("a timer is left")
		}
	})
}
