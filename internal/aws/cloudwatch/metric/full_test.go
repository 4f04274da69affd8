package metric_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// disk is a store on a disk that can be full.
type disk struct {
	*metric.Store
	metric.Options
	full atomic.Bool
}

// onDisk runs a test in a time of its own, which the clock of the store follows.
func onDisk(t *testing.T, size int64, test func(t *testing.T, d *disk)) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		d := &disk{Options: metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c, Size: size}}
		plain := d.Options
		d.SetFault(func() error {
			if d.full.Load() {
				return syscall.ENOSPC
			}
			return nil
		})
		d.Store = open(t, d.Options)
		d.Options = plain
		defer d.Store.Close()
		test(t, d)
	})
}

// pass lets real time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// What a full disk did not take is written once there is room, without new data; and then no more is written.
func TestFullDiskIsTriedAgain(t *testing.T) {
	onDisk(t, 0, func(t *testing.T, d *disk) {
		for i, step := range []string{"the first write", "a later one"} {
			d.full.Store(true)
			d.PutMarked([]metric.Mark{{Key: "read", Value: step}}, metric.Datum{ID: load, At: noon.Add(time.Duration(i) * time.Minute), Values: []float64{1}})
			pass(3 * time.Minute)
			if after := crash(t, d.Options); after.Mark("read") == step {
				t.Errorf("%s: the disk was not full", step)
			}
			d.full.Store(false)
			pass(time.Minute)
			if after := crash(t, d.Options); after.Mark("read") != step || shown(after, time.Hour, time.Minute) != shown(d.Store, time.Hour, time.Minute) {
				t.Errorf("%s: the file has %s with mark %q", step, shown(after, time.Hour, time.Minute), after.Mark("read"))
			}
			writes := d.Writes()
			pass(10 * time.Minute)
			if _, due := d.Clock.Next(); due || d.Writes() != writes {
				t.Errorf("%s: %d more writes without data, a timer of the clock: %v", step, d.Writes()-writes, due)
			}
		}
	})
}

// While the disk is full, what waits does not grow without end, and nothing is lost.
func TestFullDiskTakesNoMemory(t *testing.T) {
	const size = 1 << 20
	onDisk(t, size, func(t *testing.T, d *disk) {
		d.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
		pass(2 * time.Minute)
		d.full.Store(true)
		most := 0
		for i := range 20_000 { // most of which give way to later ones
			d.Put(metric.Datum{ID: metric.New(scope, "Shop", "Visits", "Page", fmt.Sprint(i)), At: d.Clock.Now(), Values: []float64{1}})
			if most = max(most, d.Noted()); i%10_000 == 0 {
				pass(time.Minute)
			}
		}
		if most > size/100 {
			t.Errorf("%d changes waited, with %d bytes of data points", most, size)
		}
		d.full.Store(false)
		pass(2 * time.Minute)
		since := noon.Add(-time.Hour)
		before, after := d.List(scope, "", since), crash(t, d.Options).List(scope, "", since)
		if fmt.Sprint(before) != fmt.Sprint(after) || len(after) < 500 {
			t.Errorf("%d metrics in memory, %d in the file", len(before), len(after))
		}
	})
}

// A reset forgets on a full disk as well, and what was written before does not come back.
func TestResetOnFullDisk(t *testing.T) {
	onDisk(t, 0, func(t *testing.T, d *disk) {
		d.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
		pass(2 * time.Minute)
		d.full.Store(true)
		d.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
		pass(2 * time.Minute)
		d.Reset()
		expect(t, shown(crash(t, d.Options), time.Hour, time.Minute), "")
		d.full.Store(false)
		pass(2 * time.Minute)
		expect(t, shown(crash(t, d.Options), time.Hour, time.Minute), "")
		d.Put(metric.Datum{ID: load, At: noon, Values: []float64{5}})
		pass(2 * time.Minute)
		expect(t, shown(crash(t, d.Options), time.Hour, time.Minute), "0s=1/5")
	})
}
