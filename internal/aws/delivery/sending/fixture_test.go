package sending_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/sending"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// patience is the patience of the clock.
const patience = 10 * time.Second

// world is a store, a clock that stands still, and targets.
type world struct {
	*testing.T
	store      *store.Store
	clock      *clock.Clock
	log        bytes.Buffer
	counters   delivery.Counters
	controller *sending.Controller
	stop       func()

	// answer of all targets; it is set before they are called.
	answer func(ctx context.Context, d *delivery.Delivery) delivery.Outcome
	mu     sync.Mutex
	got    []call
	queued []letter
	// queueError is the error of the dead-letter queue.
	queueError error
}

// call is what a target has got.
type call struct {
	Name, Body string
	At         time.Duration // from the beginning on, by the clock
}

// letter is what a dead-letter queue has got.
type letter struct {
	Body, Code string
	Retries    int
	Exhausted  delivery.Exhausted
}

var (
	sent    = delivery.Outcome{Result: delivery.Sent}
	retry   = delivery.Outcome{Result: delivery.Retry, Code: "THROTTLING", Message: "Slow down"}
	refused = delivery.Outcome{Result: delivery.Final, Code: "NO_RESOURCE", Message: "There is none"}
)

// inBubble runs a test in a time of its own. The emulator's clock only moves by Advance.
func inBubble(t *testing.T, o store.Options, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		store, err := state.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: store, clock: clock.New(clock.Options{})}
		w.must(w.clock.SetSpeed(0))
		w.answers(sent)
		w.start()
		test(w)
		w.stop()
		w.clock.Close()
		w.must(store.Close())
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// start runs a controller on the store; stop ends it, as the end of the emulator does.
func (w *world) start() {
	began := w.clock.Now()
	c := sending.New(sending.Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Counters: &w.counters,
		Send: func(ctx context.Context, d *delivery.Delivery) delivery.Outcome {
			w.mu.Lock()
			w.got = append(w.got, call{d.Name, d.Body, w.clock.Now().Sub(began)})
			answer := w.answer
			w.mu.Unlock()
			return answer(ctx, d)
		},
		Bury: func(_ context.Context, d *delivery.Delivery, l *delivery.DeadLetter) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.queued = append(w.queued, letter{d.Body, l.Code, l.Retries, l.Exhausted})
			return w.queueError
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.controller = c
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
	w.clock.SetQuiet(func(ctx context.Context) error { return c.Idle(ctx, patience) })
}

// answers has each call be answered in turn, the last answer for ever.
func (w *world) answers(list ...delivery.Outcome) {
	w.answer = func(context.Context, *delivery.Delivery) delivery.Outcome {
		w.mu.Lock()
		defer w.mu.Unlock()
		o := list[0]
		list = list[min(1, len(list)-1):]
		return o
	}
}

// calls are those that targets have got so far.
func (w *world) calls() []call {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

// called wants targets to have got deliveries with these names.
func (w *world) called(want ...string) {
	w.Helper()
	var names []string
	for _, c := range w.calls() {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, want) {
		w.Errorf("called %v, want %v", names, want)
	}
}

func (w *world) idle() {
	w.Helper()
	w.must(w.controller.Idle(w.Context(), patience))
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	w.must(w.clock.Advance(w.Context(), d))
}

// rule is the source of the deliveries of tests.
const rule = "arn:aws:events:us-east-1:123456789012:rule/r"

// deliver puts deliveries with these names, in one transaction.
func (w *world) deliver(change func(*delivery.Delivery), names ...string) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error {
		for _, name := range names {
			d := &delivery.Delivery{
				ID: arn.NewUUID(), Source: rule, Name: name, TargetARN: "target", Body: `{"n":"` + name + `"}`,
				MaxAttempts: delivery.DefaultAttempts, MaxAge: delivery.DefaultAge, MadeAt: w.clock.Now(), NextAt: w.clock.Now(),
			}
			if change != nil {
				change(d)
			}
			delivery.Put(tx, d)
		}
		return nil
	}))
}

// pending are the names of the deliveries that there are.
func (w *world) pending() (names []string) {
	for _, d := range delivery.Pending(w.store.Read()) {
		names = append(names, d.Name)
	}
	return names
}

// counts wants the counts of the rule to be these.
func (w *world) counts(want delivery.Counts) {
	w.Helper()
	if got := w.counters.All()[rule]; got != want {
		w.Errorf("counted %+v, want %+v", got, want)
	}
}

// letters wants as many letters in the dead-letter queue, and returns them.
func (w *world) letters(n int) []letter {
	w.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queued) != n {
		w.Fatalf("the queue has %v, want %d letters", w.queued, n)
	}
	return slices.Clone(w.queued)
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint(i))
	}
	return names
}
