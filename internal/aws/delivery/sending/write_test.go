package sending_test

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// onDisk is a data directory that can be full.
func onDisk(t *testing.T, full *atomic.Bool) store.Options {
	return store.Options{Path: filepath.Join(t.TempDir(), "state.db"), Fault: func() error {
		if full.Load() {
			return errors.New("disk full")
		}
		return nil
	}}
}

// Results wait a little for a transaction to be written with, and the next calls do not wait for that.
func TestResultsRideWithOtherTransactions(t *testing.T) {
	var full atomic.Bool
	inBubble(t, onDisk(t, &full), func(w *world) {
		w.deliver(func(d *delivery.Delivery) { d.Resource = "r" }, numbered(30)...)
		synctest.Wait()
		if len(w.calls()) != 30 || len(w.pending()) != 30 {
			t.Errorf("%d calls, %d pending", len(w.calls()), len(w.pending()))
		}
		w.deliver(func(d *delivery.Delivery) { d.NextAt = d.NextAt.Add(time.Hour) }, "later")
		synctest.Wait()
		if got := w.pending(); len(got) != 1 {
			t.Errorf("pending are %v", got)
		}
		w.counts(delivery.Counts{Sent: 30})
	})
}

// The clock does not wait for others to write.
func TestIdleWritesAtOnce(t *testing.T) {
	var full atomic.Bool
	inBubble(t, onDisk(t, &full), func(w *world) {
		began := time.Now()
		w.deliver(nil, numbered(30)...)
		synctest.Wait()
		w.idle()
		w.deliver(func(d *delivery.Delivery) { d.NextAt = d.NextAt.Add(time.Minute) }, numbered(30)...)
		w.advance(time.Hour)
		if took := time.Since(began); took != 0 || w.pending() != nil {
			t.Errorf("took %v, pending are %v", took, w.pending())
		}
	})
}

// While the disk fails calls do not go on for ever: the end of the emulator has all of them be made again.
func TestADiskThatFailsHoldsUpCalls(t *testing.T) {
	var full atomic.Bool
	inBubble(t, onDisk(t, &full), func(w *world) {
		w.deliver(nil, numbered(500)...)
		full.Store(true)
		time.Sleep(time.Minute)
		if n := len(w.calls()); n != 110 {
			t.Errorf("%d calls", n)
		}
		full.Store(false)
		time.Sleep(time.Minute)
		w.idle()
		if len(w.calls()) != 500 || w.pending() != nil {
			t.Errorf("%d calls, pending are %v", len(w.calls()), w.pending())
		}
		w.counts(delivery.Counts{Sent: 500})
	})
}
