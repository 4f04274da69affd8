package matching_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// world is a store with an outbox, and the controller.
type world struct {
	*testing.T
	store    *store.Store
	clock    *clock.Clock
	log      bytes.Buffer
	counters delivery.Counters
	bodies   atomic.Int64 // how many were made
	idle     func()
	stop     func()
}

func inBubble(t *testing.T, o store.Options, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		store, err := state.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: store, clock: clock.New(clock.Options{})}
		w.start()
		test(w)
		w.stop()
		w.clock.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// unreadable is the name in an event that is no object of JSON.
const unreadable = "unreadable"

func (w *world) start() {
	c := matching.New(matching.Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		Router: &routing.Router{Clock: w.clock, Counters: &w.counters}, Counters: &w.counters,
		About: func(e outbox.Event) (matching.About, bool) {
			return matching.About{Scope: scope, Source: "aws.ecs", DetailType: outbox.As[state.ServiceAction](e).Type}, outbox.As[state.ServiceAction](e).Type != "Fault"
		},
		JSON: func(_ *store.Tx, e outbox.Event) []byte {
			w.bodies.Add(1)
			if outbox.As[state.ServiceAction](e).Name == unreadable {
				return nil
			}
			return fmt.Appendf(nil, `{"source":"aws.ecs","detail-type":%q,"detail":{"name":%q}}`, outbox.As[state.ServiceAction](e).Type, outbox.As[state.ServiceAction](e).Name)
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.idle = func() {
		if err := c.Idle(w.Context()); err != nil {
			w.Error(err)
		}
	}
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
}

func (w *world) update(fn func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// rule puts a rule that wants events of a detail-type from now on.
func (w *world) rule(detailType string) {
	w.Helper()
	since := outbox.Newest(w.store)
	w.update(func(tx *store.Tx) {
		eventbridge.PutRule(tx, &eventbridge.Rule{
			Scope: scope, Bus: "default", Name: detailType, EventPattern: fmt.Sprintf(`{"detail-type":[%q]}`, detailType), Since: since,
		})
		eventbridge.PutTarget(tx, &eventbridge.Target{Scope: scope, Bus: "default", Rule: detailType, Target: types.Target{
			Id: aws.String("t"), Arn: aws.String("queue"), InputPath: aws.String("$.detail.name"),
		}})
	})
}

// tell appends events of a detail-type, in one transaction.
func (w *world) tell(detailType string, names ...string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		for _, name := range names {
			state.AnnounceServiceAction(tx, state.ServiceAction{Type: detailType, Name: name}, w.clock.Now())
		}
	})
}

// delivered wants the deliveries that there are to be of events with these names.
func (w *world) delivered(want ...string) {
	w.Helper()
	var got []string
	for _, d := range delivery.Pending(w.store.Read()) {
		got = append(got, strings.Trim(d.Body, `"`))
	}
	if !slices.Equal(got, want) {
		w.Errorf("delivered %v, want %v", got, want)
	}
}

func TestRulesGetTheEventsOfTheOutbox(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.tell("A", "before")
		w.rule("A")
		w.tell("A", "1", "2")
		w.tell("B", "unwanted")
		w.rule("Fault") // it gets none of the emulator's own
		w.tell("Fault", "own")
		w.tell("A", "3")
		w.idle()
		w.delivered("1", "2", "3")
	})
}

// An event that cannot be matched keeps no other one from its rules, and the log tells of it.
func TestAnEventThatCannotBeMatchedIsLeftOut(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.tell("A", "1", unreadable, "2")
		w.idle()
		w.tell("A", "3")
		w.idle()
		w.delivered("1", "2", "3")
		if n := strings.Count(w.log.String(), "cannot be matched"); n != 1 {
			t.Errorf("the log tells of it %d times: %s", n, w.log.String())
		}
	})
}

// Events that no rule wants cost nothing: neither JSON nor a write.
func TestUnwantedEventsCostNothing(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.idle()
		for range 100 {
			w.tell("B", "x")
		}
		w.idle()
		if n := w.bodies.Load(); n != 0 || delivery.ReadCursor(w.store.Read()) != 0 {
			t.Errorf("%d bodies, the cursor stands at %d", n, delivery.ReadCursor(w.store.Read()))
		}
		w.tell("A", "a")
		w.idle()
		if n := w.bodies.Load(); n != 1 || delivery.ReadCursor(w.store.Read()) != 101 {
			t.Errorf("%d bodies, the cursor stands at %d", n, delivery.ReadCursor(w.store.Read()))
		}
	})
}

func TestARestartLosesAndRepeatsNothing(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.tell("A", "1")
		w.idle()
		w.stop()
		w.tell("A", "2", "3")
		w.start()
		w.idle()
		w.delivered("1", "2", "3")
	})
}

// A crash takes back what the cursor has moved in memory. What comes of a rule or target later than the events it passed
// does not get them.
func TestWhatWasUnwantedBeforeACrashStaysSo(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.tell("A", "1")
		w.idle()
		w.rule("A")
		w.idle()
		if got := delivery.ReadCursor(w.store.Read()); got != 1 {
			t.Errorf("the cursor stands at %d", got)
		}
	})
}

// Each batch is matched or not, as the disk has it.
func TestTheDiskFails(t *testing.T) {
	var full atomic.Bool
	disk := store.Options{Path: filepath.Join(t.TempDir(), "state.db"), Fault: func() error {
		if full.Load() {
			return errors.New("disk full")
		}
		return nil
	}}
	inBubble(t, disk, func(w *world) {
		w.rule("A")
		w.stop()
		w.tell("A", "1")
		full.Store(true)
		w.start()
		time.Sleep(time.Second) // of the bubble: it tries several times
		w.delivered()
		full.Store(false)
		time.Sleep(time.Minute)
		w.idle()
		w.delivered("1")
		if all := w.counters.AllMatched(); len(all) != 1 || all["arn:aws:events:us-east-1:123456789012:rule/A"] != 1 {
			t.Errorf("what the disk has not got counts: %v", all)
		}
	})
}

func TestEventsThatAreGoneAreCounted(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.tell("A", "1")
		w.idle()
		w.stop()
		w.tell("A", numbered(outbox.Kept+5)...)
		w.start()
		w.idle()
		if got := w.counters.AllMissed(); got != 5 || !strings.Contains(w.log.String(), "events=5") {
			t.Errorf("%d are missed; the log: %s", got, w.log.String())
		}
		if n := len(delivery.Pending(w.store.Read())); n != 1+outbox.Kept {
			t.Errorf("%d are delivered", n)
		}
	})
}

// They count also if there were none before.
func TestEventsThatAreGoneFromTheFirstOnAreCounted(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.tell("A", numbered(outbox.Kept+5)...)
		w.idle()
		if got := w.counters.AllMissed(); got != 5 || !strings.Contains(w.log.String(), "events=5") {
			t.Errorf("%d are missed; the log: %s", got, w.log.String())
		}
	})
}

// Events that were looked at and are forgotten since are not missed, though after a crash the cursor stands before them.
func TestForgottenEventsAreNotMissed(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.tell("A", "1")
		w.tell("B", numbered(50)...)
		w.idle()
		w.update(func(tx *store.Tx) { outbox.Forget(tx, w.clock.Now().Add(time.Hour)) })
		w.stop()
		w.update(func(tx *store.Tx) { delivery.PutCursor(tx, 1) }) // as a crash leaves it
		w.start()
		w.tell("A", "2")
		w.idle()
		w.delivered("1", "2")
		if w.counters.AllMissed() != 0 || w.log.Len() > 0 {
			t.Errorf("%d are missed; the log: %s", w.counters.AllMissed(), w.log.String())
		}
	})
}

// After a reset there is no cursor, and nothing is missed.
func TestNothingIsMissedWithoutRules(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.rule("A")
		w.tell("A", "1")
		w.idle()
		w.stop()
		if err := w.store.Reset(); err != nil {
			t.Fatal(err)
		}
		w.start()
		w.rule("A")
		w.tell("A", "2")
		w.idle()
		w.delivered("2")
		if w.counters.AllMissed() != 0 || w.log.Len() > 0 {
			t.Errorf("%d are missed; the log: %s", w.counters.AllMissed(), w.log.String())
		}
	})
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint(i))
	}
	return names
}
