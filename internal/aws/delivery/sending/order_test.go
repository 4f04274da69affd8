package sending_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// slowly has each call take a while, and reports the most that were under way at once.
func slowly(w *world, o func(name string) delivery.Outcome) (most func() int) {
	now, highest := 0, 0
	w.answer = func(_ context.Context, d *delivery.Delivery) delivery.Outcome {
		w.mu.Lock()
		now++
		highest = max(highest, now)
		w.mu.Unlock()
		time.Sleep(time.Duration(len(d.Body)) * time.Millisecond) // of the bubble
		w.mu.Lock()
		now--
		w.mu.Unlock()
		return o(d.Name)
	}
	return func() int { return highest }
}

func always(o delivery.Outcome) func(string) delivery.Outcome {
	return func(string) delivery.Outcome { return o }
}

// A target gets what is about one resource in its order; what is about others does not wait for it.
func TestOrderOfAResource(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		most := slowly(w, always(sent))
		var names []string
		for i := range 200 {
			names = append(names, fmt.Sprintf("%d-%d", i%20, i/20))
		}
		w.deliver(func(d *delivery.Delivery) {
			d.Resource = strings.Split(d.Name, "-")[0]
			d.Body = strings.Repeat("x", len(d.ID)+int(d.ID[0])%40) // takes longer than others
		}, names...)
		w.idle()
		last := map[string]int{}
		for _, c := range w.calls() {
			var resource, n int
			_, _ = fmt.Sscanf(c.Name, "%d-%d", &resource, &n)
			if key := fmt.Sprint(resource); n != last[key] {
				t.Errorf("%s came as number %d", c.Name, last[key])
			} else {
				last[key]++
			}
		}
		if len(w.calls()) != 200 || most() != 10 {
			t.Errorf("%d calls, %d at once", len(w.calls()), most())
		}
	})
}

// A retry does not hold up what comes after it.
func TestRetriesKeepNoOrder(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		first := true
		w.answer = func(_ context.Context, d *delivery.Delivery) delivery.Outcome {
			if d.Name == "a" && first {
				first = false
				return retry
			}
			return sent
		}
		w.deliver(func(d *delivery.Delivery) { d.Resource = "r" }, "a", "b")
		w.idle()
		w.called("a", "b")
		w.advance(time.Second)
		w.called("a", "b", "a")
	})
}

// A target that hangs holds up no other, and the clock waits for it once.
func TestATargetThatHangs(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(ctx context.Context, d *delivery.Delivery) delivery.Outcome {
			if d.TargetARN == "hangs" {
				<-ctx.Done()
				return retry
			}
			return sent
		}
		w.deliver(func(d *delivery.Delivery) { d.TargetARN = "hangs" }, numbered(50)...)
		w.deliver(nil, "other")
		real := time.Now()
		w.advance(time.Hour)
		if took := time.Since(real); took != patience {
			t.Errorf("the clock waits for %v", took)
		}
		if calls := w.calls(); len(calls) != 11 || !slices.ContainsFunc(calls, func(c call) bool { return c.Name == "other" }) {
			t.Errorf("called %v", calls)
		}
	})
}

// A delivery that leads to the next one, and so on, does not hold up the clock for ever.
func TestIdleDoesNotWaitForWhatComesLater(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		var over atomic.Bool
		w.answer = func(context.Context, *delivery.Delivery) delivery.Outcome {
			if !over.Load() {
				w.deliver(nil, "next")
			}
			return sent
		}
		w.deliver(nil, "first")
		w.idle() // or it would not return
		over.Store(true)
		synctest.Wait()
		if w.pending() != nil {
			t.Errorf("pending are %v", w.pending())
		}
	})
}

// Many deliveries take no more time each than few.
func TestTenThousandPending(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(retry)
		w.deliver(nil, numbered(10_000)...)
		w.idle()
		w.answers(sent)
		w.advance(time.Minute)
		if w.pending() != nil || len(w.calls()) != 20_000 {
			t.Errorf("%d pending, %d calls", len(w.pending()), len(w.calls()))
		}
		w.counts(delivery.Counts{Sent: 10_000, Retried: 10_000})
	})
}
