package store

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// soon begins an UpdateSoon that puts a row, and returns when it is in line for the disk.
func (d *disk) soon(of *sync.WaitGroup, patience time.Duration, id string) (failure *error) {
	failure = new(error)
	of.Go(func() {
		*failure = d.UpdateSoon(patience, func(tx *Tx) error { things.Put(tx, &thing{ID: id}); return nil })
	})
	synctest.Wait()
	return failure
}

func TestUpdateSoonRidesWithOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, began := onDisk(t), time.Now()
		var running sync.WaitGroup
		d.soon(&running, time.Hour, "a")
		d.soon(&running, time.Hour, "b")
		expect(t, "visible before", ids(things.List(d.Read(), "")))
		before := d.journal.newestOnDisk()
		if err := d.put("c"); err != nil {
			t.Error(err)
		}
		running.Wait()
		if n := d.journal.newestOnDisk() - before; n != 1 || time.Since(began) != 0 {
			t.Errorf("%d writes, after %v", n, time.Since(began))
		}
		expect(t, "visible", ids(things.List(d.Read(), "")), "a", "b", "c")
	})
}

func TestUpdateSoonWritesInItsTimeOrAtFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, began := onDisk(t), time.Now()
		var running sync.WaitGroup
		d.soon(&running, time.Second, "a")
		running.Wait()
		if time.Since(began) != time.Second {
			t.Errorf("written after %v", time.Since(began))
		}
		d.soon(&running, time.Hour, "b")
		if err := errors.Join(d.Flush(), d.Flush()); err != nil {
			t.Error(err)
		}
		running.Wait()
		if time.Since(began) != time.Second {
			t.Errorf("Flush has left it until %v", time.Since(began))
		}
		expect(t, "on disk", d.reopened(t), "a", "b")
	})
}

func TestUpdateSoonFailsWithTheWriteOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := onDisk(t)
		var running sync.WaitGroup
		failure := d.soon(&running, time.Hour, "a")
		d.full.Store(true)
		if err := d.put("b"); !errors.Is(err, errFull) {
			t.Error(err)
		}
		running.Wait()
		if !errors.Is(*failure, errFull) {
			t.Errorf("error: %v", *failure)
		}
		expect(t, "visible", ids(things.List(d.Read(), "")))
	})
}
