package sending_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestADeliveryIsSentAndGone(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.deliver(func(d *delivery.Delivery) { d.Resource = "task" }, "a", "b")
		w.idle()
		w.called("a", "b")
		w.counts(delivery.Counts{Sent: 2})
		if left := w.pending(); left != nil {
			t.Errorf("%v are left", left)
		}
	})
}

func TestRetriesComeByTheClock(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(retry, retry, retry, sent)
		w.deliver(nil, "a")
		w.idle()
		if d := delivery.Pending(w.store.Read()); len(d) != 1 || d[0].Attempts != 1 || d[0].LastError != "THROTTLING: Slow down" {
			t.Errorf("pending: %+v", d)
		}
		w.advance(time.Hour)
		var at []time.Duration
		for _, c := range w.calls() {
			at = append(at, c.At)
		}
		if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("called at %v, want %v", at, want)
		}
		w.counts(delivery.Counts{Sent: 1, Retried: 3})
		if strings.Count(w.log.String(), "target fails") != 1 {
			t.Errorf("the log: %s", w.log.String())
		}
	})
}

// The defaults of AWS: 185 retries within 24 hours.
func TestRetriesEnd(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(retry)
		w.deliver(func(d *delivery.Delivery) { d.DeadLetterARN = "queue" }, "default")
		w.advance(24 * time.Hour)
		if n := len(w.calls()); n != 186 {
			t.Errorf("called %d times", n)
		}
		if got, want := w.letters(1)[0], (letter{`{"n":"default"}`, "THROTTLING", 185, delivery.ExhaustedAttempts}); got != want {
			t.Errorf("the dead letter is %v, want %v", got, want)
		}
		w.deliver(func(d *delivery.Delivery) { d.MaxAttempts, d.DeadLetterARN = 0, "queue" }, "none")
		w.idle()
		if got := w.letters(2)[1]; got.Retries != 0 || got.Exhausted != delivery.ExhaustedAttempts {
			t.Errorf("without retries: %v", got)
		}
		w.deliver(func(d *delivery.Delivery) { d.MaxAge, d.DeadLetterARN = time.Minute, "queue" }, "old")
		w.advance(time.Hour)
		if got := w.letters(3)[2]; got.Retries != 5 || got.Exhausted != delivery.ExhaustedAge {
			t.Errorf("too old: %v", got)
		}
		w.counts(delivery.Counts{Retried: 185 + 5, Failed: 3, DeadLetters: 3})
	})
}

func TestWhatFailsForGoodIsNotTriedAgain(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(refused)
		w.deliver(func(d *delivery.Delivery) { d.DeadLetterARN = "queue" }, "refused")
		w.idle() // deliveries with nothing in common are sent at once
		w.deliver(nil, "dropped")
		w.advance(time.Hour)
		w.called("refused", "dropped")
		if got, want := w.letters(1)[0], (letter{`{"n":"refused"}`, "NO_RESOURCE", 0, ""}); got != want {
			t.Errorf("the dead letter is %v, want %v", got, want)
		}
		w.counts(delivery.Counts{Failed: 2, DeadLetters: 1})
		if kept := delivery.DeadLetters(w.store); len(kept) != 2 {
			t.Errorf("kept are %v", kept)
		}
	})
}

func TestAQueueThatGetsNoLetter(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(refused)
		w.queueError = errors.New("no way to the queue")
		w.deliver(func(d *delivery.Delivery) { d.DeadLetterARN = "queue" }, "a")
		w.idle()
		w.counts(delivery.Counts{Failed: 1, LettersLost: 1})
		if kept := delivery.DeadLetters(w.store); len(kept) != 1 || kept[0].Value.QueueError != "no way to the queue" || w.pending() != nil {
			t.Errorf("kept are %v", kept)
		}
		if !strings.Contains(w.log.String(), "no way to the queue") {
			t.Errorf("the log: %s", w.log.String())
		}
	})
}

func TestADeadlineIsAFailure(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(ctx context.Context, _ *delivery.Delivery) delivery.Outcome {
			<-ctx.Done()
			return delivery.Outcome{Result: delivery.Final, Code: "UNKNOWN", Message: ctx.Err().Error()}
		}
		w.deliver(nil, "a")
		w.calls()
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if d := delivery.Pending(w.store.Read()); len(d) != 1 || d[0].Attempts != 1 || !strings.HasPrefix(d[0].LastError, "TIMEOUT: ") {
			t.Errorf("pending: %+v", d)
		}
	})
}

// The end of the emulator in the middle of a call leaves the delivery as it was, and it is called again.
func TestAfterARestart(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(ctx context.Context, d *delivery.Delivery) delivery.Outcome {
			<-ctx.Done()
			return retry
		}
		w.deliver(nil, numbered(30)...)
		w.calls()
		w.stop()
		if len(w.calls()) != 10 || len(w.pending()) != 30 || delivery.Pending(w.store.Read())[0].Attempts != 0 {
			t.Errorf("%d calls, %d pending", len(w.calls()), len(w.pending()))
		}
		w.got = nil
		w.answers(sent)
		w.start()
		w.idle()
		if len(w.calls()) != 30 || w.pending() != nil {
			t.Errorf("%d calls, %v pending", len(w.calls()), w.pending())
		}
	})
}

// What was due while the emulator did not run, and is too old by now, is a dead letter.
func TestWhatIsTooOldIsNotCalled(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.stop()
		w.deliver(func(d *delivery.Delivery) { d.MaxAge = time.Hour }, "old")
		w.deliver(nil, "young")
		w.clock.SetQuiet(nil)
		w.advance(2 * time.Hour)
		w.start()
		w.idle()
		w.called("young")
		w.counts(delivery.Counts{Sent: 1, Failed: 1})
	})
}

// What has become of a call is kept until the disk has it: the target is not called twice.
func TestTheDiskFails(t *testing.T) {
	var full atomic.Bool
	disk := store.Options{Path: filepath.Join(t.TempDir(), "state.db"), Fault: func() error {
		if full.Load() {
			return errors.New("disk full")
		}
		return nil
	}}
	inBubble(t, disk, func(w *world) {
		w.answer = func(context.Context, *delivery.Delivery) delivery.Outcome {
			full.Store(true)
			return sent
		}
		w.deliver(nil, "a")
		w.calls()
		time.Sleep(time.Minute)
		if len(w.pending()) != 1 {
			t.Error("the row is gone")
		}
		full.Store(false)
		time.Sleep(time.Minute)
		w.idle()
		w.called("a")
		w.counts(delivery.Counts{Sent: 1})
	})
}
