package collection_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// want is a row that wants data of a period.
type want struct{ Step time.Duration }

var wants = store.NewTable("wants-data", func(w *want) string { return w.Step.String() })

var begin = time.Date(2026, 11, 20, 12, 0, 5, 0, time.UTC)

// env is a collector with one source, and what that was asked.
type env struct {
	*testing.T
	*collection.Collector
	asked     []string
	evaluated []string
	stop      func() // has the collector end, and waits for that
}

func (e *env) Collect(_ context.Context, w collection.Window) []metric.Datum {
	e.asked = append(e.asked, fmt.Sprintf("%s-%s %t", w.From.Format("15:04:05"), w.To.Format("15:04:05"), w.Tick))
	return []metric.Datum{{ID: metric.New(arn.Scope{Region: "eu-west-1", Account: "123456789012"}, "AWS/ECS", "Asked"), At: w.From, Values: []float64{1}}}
}

// run runs a test in a time of its own, which the clock of the emulator follows.
func run(t *testing.T, test func(e *env)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e := &env{T: t}
		clk := clock.New(clock.Options{Start: begin})
		e.Collector = collection.New(collection.Options{
			Metrics: metric.NewStore(), Store: s, Clock: clk, Log: slog.New(slog.DiscardHandler), Sources: []collection.Source{e},
			Demands: []collection.Demand{{
				On: func(key string) store.Source {
					return store.On(wants, func(_, _ *want) []string { return []string{key} })
				},
				Step: func(tx *store.Tx) (step time.Duration) {
					for _, w := range wants.List(tx, "") {
						if step == 0 || w.Step < step {
							step = w.Step
						}
					}
					return step
				},
			}},
			Evaluate: func(_ context.Context, at time.Time, _ func(*store.Tx)) error {
				e.evaluated = append(e.evaluated, at.Format("15:04:05"))
				return nil
			},
		})
		clk.SetQuiet(e.Idle)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.Collector.Run(ctx) }()
		e.stop = sync.OnceFunc(func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("the collector ends with %v", err)
			}
		})
		synctest.Wait()
		test(e)
		e.stop()
		clk.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (e *env) put(step time.Duration) { e.update(func(tx *store.Tx) { wants.Put(tx, &want{step}) }) }

func (e *env) remove(step time.Duration) {
	e.update(func(tx *store.Tx) { wants.Delete(tx, &want{step}) })
}

func (e *env) update(change func(tx *store.Tx)) {
	e.Helper()
	if err := e.Store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		e.Fatal(err)
	}
	if err := e.Idle(e.Context()); err != nil {
		e.Fatal(err)
	}
}

func (e *env) advance(d time.Duration) {
	e.Helper()
	if err := e.Clock.Advance(e.Context(), d); err != nil {
		e.Fatal(err)
	}
}

// saw compares what sources were asked and what alarms were evaluated since it was last called.
func (e *env) saw(step, asked, evaluated string) {
	e.Helper()
	if got := strings.Join(e.asked, ", "); got != asked {
		e.Errorf("%s: asked %s; want %s", step, got, asked)
	}
	if got := strings.Join(e.evaluated, ", "); got != evaluated {
		e.Errorf("%s: evaluated %s; want %s", step, got, evaluated)
	}
	e.asked, e.evaluated = nil, nil
}

// What wants data shares one timer, at full multiples of the shortest period.
func TestPeriodsByTheClock(t *testing.T) {
	run(t, func(e *env) {
		e.put(time.Minute)
		e.advance(2 * time.Minute)
		e.saw("a minute", "12:00:05-12:01:00 true, 12:01:00-12:02:00 true", "12:01:00, 12:02:00")
		e.put(20 * time.Second)
		e.advance(35 * time.Second)
		e.saw("20 s", "12:02:00-12:02:20 true, 12:02:20-12:02:40 true", "12:02:20, 12:02:40")
		e.remove(20 * time.Second)
		e.advance(time.Minute)
		e.saw("a minute again", "12:02:40-12:03:00 true", "12:03:00")
		e.remove(time.Minute)
		if due, ok := e.Clock.Next(); ok {
			t.Errorf("without demand, there is a timer at %s", due)
		}
	})
}

// Without demand, sources are asked each minute of real time, and an advance leaves a gap.
func TestRealTimeWithoutDemand(t *testing.T) {
	run(t, func(e *env) {
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		e.saw("two minutes", "12:00:05-12:01:00 true, 12:01:00-12:02:00 true", "")
		e.Read(e.Context())
		e.advance(150 * 24 * time.Hour)
		e.Read(e.Context())
		e.saw("an advance", "12:02:00-12:02:05 false, 12:02:05-12:02:05 false", "")
	})
}

// A clock that is faster than the emulator leaves periods out, but no last full minute.
func TestAFastClock(t *testing.T) {
	run(t, func(e *env) {
		e.put(10 * time.Second)
		if err := e.Clock.SetSpeed(1000); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
		e.Clock.SetSpeed(0)
		synctest.Wait()
		if len(e.evaluated) == 0 || slices.ContainsFunc(e.evaluated, func(at string) bool { return !strings.HasSuffix(at, "0") }) {
			t.Errorf("evaluated %s", e.evaluated)
		}
	})
}

// An evaluation that takes longer than the clock takes for minutes leaves no full hour out: alarms that look at days are due then.
func TestAFastClockLeavesNoHourOut(t *testing.T) {
	run(t, func(e *env) {
		evaluate := e.Evaluate
		e.Evaluate = func(ctx context.Context, at time.Time, causes func(*store.Tx)) error {
			time.Sleep(130 * time.Millisecond)
			return evaluate(ctx, at, causes)
		}
		e.put(time.Minute)
		if err := e.Clock.SetSpeed(1000); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second) // five and a half hours
		e.Clock.SetSpeed(0)
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, hour := range []string{"13:00:00", "14:00:00", "15:00:00", "16:00:00", "17:00:00"} {
			if !slices.Contains(e.evaluated, hour) {
				t.Errorf("%s was left out", hour)
			}
		}
		if !slices.IsSorted(e.evaluated) {
			t.Errorf("evaluated %s", e.evaluated)
		}
	})
}

// What is read before a period ends counts for its minute, and is in the store at once.
func TestRead(t *testing.T) {
	run(t, func(e *env) {
		time.Sleep(10 * time.Second)
		e.Read(e.Context())
		e.saw("a read", "12:00:05-12:00:15 false", "")
		points := e.Metrics.Points(metric.Query{
			ID: metric.New(arn.Scope{Region: "eu-west-1", Account: "123456789012"}, "AWS/ECS", "Asked"), From: begin.Truncate(time.Minute), To: begin.Add(time.Hour), Period: time.Minute,
		})
		if len(points) != 1 || points[0].Count != 1 {
			t.Errorf("%+v", points)
		}
	})
}

// hanging is a source that does not answer, or with ticks only at ticks.
type hanging struct{ ticks bool }

func (h hanging) Collect(ctx context.Context, w collection.Window) []metric.Datum {
	if w.Tick || !h.ticks {
		<-ctx.Done()
	}
	return nil
}

// An engine that hangs holds up neither clients that look nor the clock.
func TestASourceThatHangs(t *testing.T) {
	run(t, func(e *env) {
		e.Sources = append(e.Sources, hanging{ticks: true})
		e.put(time.Minute)
		e.advance(time.Minute)
		e.Read(e.Context())
		e.saw("a minute", "12:00:05-12:01:00 true, 12:01:00-12:01:05 false", "12:01:00")
	})
}

// A client that does not want to wait for a source need not.
func TestReadEndsWithItsClient(t *testing.T) {
	run(t, func(e *env) {
		e.Sources = []collection.Source{hanging{ticks: true}}
		e.put(time.Minute)
		time.Sleep(55*time.Second + time.Millisecond) // the source is asked about a minute
		begin := time.Now()
		ctx, cancel := context.WithTimeout(e.Context(), time.Second)
		defer cancel()
		e.Read(ctx)
		if waited := time.Since(begin); waited != time.Second {
			t.Errorf("the client waited %v", waited)
		}
	})
}

// Clients that look at the same time wait for a source together, not one after the other.
func TestReadsAtOnce(t *testing.T) {
	run(t, func(e *env) {
		e.Sources = append(e.Sources, hanging{})
		begin := time.Now()
		var readers sync.WaitGroup
		readers.Go(func() { e.Read(e.Context()) })
		synctest.Wait() // the others come while it is answered
		for range 9 {
			readers.Go(func() { e.Read(e.Context()) })
		}
		readers.Wait()
		if waited := time.Since(begin); waited > 20*time.Second || len(e.asked) != 2 {
			t.Errorf("ten clients waited %v for %d questions", waited, len(e.asked))
		}
		e.Read(e.Context())
		if len(e.asked) != 3 {
			t.Error("who comes later is told what was counted before")
		}
	})
}

// What a client did not wait for, the next one waits for.
func TestReadAfterOneThatEnded(t *testing.T) {
	run(t, func(e *env) {
		e.Sources = append(e.Sources, hanging{})
		begin := time.Now()
		var readers sync.WaitGroup
		for _, patience := range []time.Duration{time.Hour, 12 * time.Second, time.Hour} {
			readers.Go(func() {
				ctx, cancel := context.WithTimeout(e.Context(), patience)
				defer cancel()
				e.Read(ctx)
			})
			synctest.Wait()
		}
		readers.Wait()
		if waited := time.Since(begin); waited != 22*time.Second || len(e.asked) != 3 {
			t.Errorf("three clients waited %v for %d questions", waited, len(e.asked))
		}
	})
}

// What a client still waits for when the collector ends, as with a reset, does not get into the store after that.
func TestNothingIsReadAfterTheEnd(t *testing.T) {
	run(t, func(e *env) {
		e.Sources = []collection.Source{hanging{}, e}
		var readers sync.WaitGroup
		for range 2 { // one is told, and one waits
			readers.Go(func() { e.Read(e.Context()) })
		}
		synctest.Wait()
		begin := time.Now()
		e.stop()
		e.Metrics.Reset()
		readers.Wait()
		e.Read(e.Context())
		if ids := e.Metrics.List(arn.Scope{Region: "eu-west-1", Account: "123456789012"}, "", time.Time{}); len(ids) > 0 || time.Since(begin) > 0 {
			t.Errorf("%d metrics after %v", len(ids), time.Since(begin))
		}
	})
}
