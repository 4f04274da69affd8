package store

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"go.etcd.io/bbolt"
)

var errFull = errors.New("no space left on device")

// disk is a store on a disk that can be full.
type disk struct {
	*Store
	path string
	full atomic.Bool
}

func onDisk(t *testing.T) *disk {
	d := &disk{path: filepath.Join(t.TempDir(), "state.db")}
	d.Store = open(t, Options{Path: d.path, Fault: d.fault})
	return d
}

func (d *disk) fault() error {
	if d.full.Load() {
		return errFull
	}
	return nil
}

// put is an Update whose error is of interest.
func (d *disk) put(id string) error {
	return d.Update(func(tx *Tx) error { things.Put(tx, &thing{ID: id}); return nil })
}

// reopened is what the next run finds.
func (d *disk) reopened(t *testing.T) []string {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return ids(things.List(open(t, Options{Path: d.path}).Read(), ""))
}

func TestFailedWriteLeavesNoTraceAndIsNotForEver(t *testing.T) {
	d := onDisk(t)
	put(t, d.Store, "before")
	w := d.Watch(0, OnKeys(things))
	next(t, w)
	w.Done("before")
	woken := d.Woken()

	d.full.Store(true)
	if err := d.put("a"); !errors.Is(err, errFull) {
		t.Fatalf("error: %v", err)
	}
	if err := d.Err(); !errors.Is(err, errFull) {
		t.Errorf("the store says %v", err)
	}
	expect(t, "visible", ids(things.List(d.Read(), "")), "before")
	if things.Get(d.Read(), "a") != nil {
		t.Error("a is there")
	}
	if err := w.Idle(t.Context()); err != nil || d.Woken() != woken {
		t.Errorf("%d transactions woke a watch, %v", d.Woken()-woken, err)
	}

	d.full.Store(false)
	if err := d.put("b"); err != nil || d.Err() != nil {
		t.Errorf("with room again: %v, the store says %v", err, d.Err())
	}
	if got := next(t, w); got != "b" {
		t.Errorf("woken for %q", got)
	}
	expect(t, "visible", ids(things.List(d.Read(), "")), "b", "before")
	expect(t, "on disk", d.reopened(t), "b", "before")
}

// together runs transactions of which the first is still on its way to the disk when
// the others are made, and meanwhile when they all are.
func (d *disk) together(meanwhile func(), fns ...func(tx *Tx)) []error {
	began, goOn := make(chan struct{}), make(chan struct{})
	fault := d.journal.fault
	var once sync.Once
	d.journal.fault = func() error {
		once.Do(func() { close(began); <-goOn })
		return fault()
	}
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		ran := make(chan struct{})
		wg.Go(func() {
			errs[i] = d.Update(func(tx *Tx) error { defer close(ran); fn(tx); return nil })
		})
		<-ran
		<-began
	}
	meanwhile()
	close(goOn)
	wg.Wait()
	d.journal.fault = fault
	return errs
}

func TestReadersSeeWhatIsOnDiskAndWritersWhatComes(t *testing.T) {
	d := onDisk(t)
	errs := d.together(
		func() { expect(t, "visible while it is written", ids(things.List(d.Read(), ""))) },
		func(tx *Tx) { things.Put(tx, &thing{ID: "a"}) },
		func(tx *Tx) {
			expect(t, "seen by the second writer", ids(things.List(tx, "")), "a")
			things.Put(tx, &thing{ID: "b"})
		})
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	expect(t, "visible", ids(things.List(d.Read(), "")), "a", "b")
}

func TestWhatBuildsOnAFailedWriteFails(t *testing.T) {
	d := onDisk(t)
	errs := d.together(func() { d.full.Store(true) },
		func(tx *Tx) { things.Put(tx, &thing{ID: "a"}) },
		func(tx *Tx) { things.Put(tx, &thing{ID: "b"}) })
	for i, err := range errs {
		if !errors.Is(err, errFull) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	d.full.Store(false)
	update(t, d.Store, func(tx *Tx) {
		expect(t, "seen by the next writer", ids(things.List(tx, "")))
		things.Put(tx, &thing{ID: "c"})
	})
	expect(t, "on disk", d.reopened(t), "c")
}

func TestAnswerFromAWriteThatIsNotOnDiskWaitsForIt(t *testing.T) {
	d := onDisk(t)
	errs := d.together(func() { d.full.Store(true) },
		func(tx *Tx) { things.Put(tx, &thing{ID: "a"}) },
		func(tx *Tx) {
			if things.Get(tx, "a") == nil { // it is there: nothing to write
				t.Error("it does not see a")
			}
		})
	if !errors.Is(errs[1], errFull) {
		t.Errorf("answered from what has failed: %v", errs[1])
	}
	if err := d.Update(func(*Tx) error { return nil }); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestRefusalBecauseOfAWriteThatIsNotOnDiskWaitsForIt(t *testing.T) {
	d := onDisk(t)
	began, goOn, decided := make(chan struct{}), make(chan struct{}), make(chan struct{})
	d.journal.fault = func() error { close(began); <-goOn; return errFull }
	first, second := make(chan error), make(chan error)
	go func() { first <- d.put("a") }()
	<-began
	go func() {
		second <- d.Update(func(tx *Tx) error {
			defer close(decided)
			if things.Get(tx, "a") != nil {
				return errors.New("there is an a already")
			}
			return nil
		})
	}()
	<-decided
	close(goOn)
	if err := <-first; !errors.Is(err, errFull) {
		t.Errorf("the write: %v", err)
	}
	if err := <-second; !errors.Is(err, errFull) {
		t.Errorf("refused for what never came to be: %v", err)
	}
}

// A sync that fails may leave the change in the file all the same.
func TestWhatAFailedWriteLeftOnDiskIsUndone(t *testing.T) {
	d := onDisk(t)
	put(t, d.Store, "kept", "changed")
	d.journal.fault = func() error {
		err := boltfile.Update(d.journal.db, func(disk *boltfile.Writer) error {
			return errors.Join(
				putRow(disk, rowID{things.table, "new"}, &thing{ID: "new"}, wire.Marshal),
				putRow(disk, rowID{things.table, "changed"}, &thing{ID: "changed", Count: 7}, wire.Marshal),
				putRow(disk, rowID{things.table, "kept"}, nil, wire.Marshal))
		})
		return errors.Join(err, errFull)
	}
	err := d.Update(func(tx *Tx) error {
		things.Put(tx, &thing{ID: "new"})
		things.Put(tx, &thing{ID: "changed", Count: 7})
		things.Delete(tx, things.Get(tx, "kept"))
		return nil
	})
	if !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	d.journal.fault = func() error { return nil }
	put(t, d.Store, "next")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	tx := open(t, Options{Path: d.path}).Read()
	expect(t, "on disk", ids(things.List(tx, "")), "changed", "kept", "next")
	if got := things.Get(tx, "changed").Count; got != 0 {
		t.Errorf("the failed change is on disk: %d", got)
	}
}

func TestWhatAFailedWriteLeftOnDiskIsUndoneByTheNextWrite(t *testing.T) {
	for name, write := range map[string]func(d *disk) error{
		"a probe": func(d *disk) error { return d.Probe() },
		"a stamp": func(d *disk) error { return d.Stamp() },
		"the end": func(d *disk) error { return nil },
	} {
		d := onDisk(t)
		put(t, d.Store, "kept")
		d.journal.fault = func() error {
			err := boltfile.Update(d.journal.db, func(disk *boltfile.Writer) error {
				return putRow(disk, rowID{things.table, "new"}, &thing{ID: "new"}, wire.Marshal)
			})
			return errors.Join(err, errFull)
		}
		if err := d.put("new"); !errors.Is(err, errFull) {
			t.Fatal(err)
		}
		d.journal.fault = func() error { return nil }
		if err := write(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name != "the end" && len(d.journal.doubtful) > 0 {
			t.Errorf("after %s there is %v to undo", name, d.journal.doubtful)
		}
		expect(t, "after "+name, d.reopened(t), "kept")
	}
}

// Clients that try again and again must not fill the memory while the disk is full.
func TestWritesThatNeverReachTheFileLeaveNothingToUndo(t *testing.T) {
	d := onDisk(t)
	d.full.Store(true)
	for _, id := range []string{"a", "b"} {
		err := d.Update(func(tx *Tx) error {
			things.Put(tx, &thing{ID: id})
			appendNotes(tx, id)
			return nil
		})
		if !errors.Is(err, errFull) {
			t.Fatal(err)
		}
	}
	if n := len(d.journal.doubtful) + len(d.journal.doubtfulSpans); n > 0 {
		t.Errorf("%d things to undo", n)
	}
}

func TestProbeFindsRoom(t *testing.T) {
	d := onDisk(t)
	if err := d.Probe(); err != nil {
		t.Errorf("before anything failed: %v", err)
	}
	d.full.Store(true)
	if err := d.put("a"); err == nil {
		t.Fatal("no error")
	}
	if err := d.Probe(); !errors.Is(err, errFull) {
		t.Errorf("without room: %v", err)
	}
	d.full.Store(false)
	if err := d.Err(); !errors.Is(err, errFull) {
		t.Errorf("before anything looks: %v", err)
	}
	if err := errors.Join(d.Probe(), d.Err()); err != nil {
		t.Errorf("with room: %v", err)
	}
	expect(t, "on disk", d.reopened(t))
}

func TestFileKeepsTheLastStamp(t *testing.T) {
	opts := Options{Path: filepath.Join(t.TempDir(), "state.db")}
	now := "first"
	opts.Stamp = func() []byte { return []byte(now) }
	s := open(t, opts)
	if got := s.Stamped(); len(got) != 0 {
		t.Errorf("a new file has the stamp %q", got)
	}
	reopen := func(what string) {
		t.Helper()
		if err := s.journal.db.Close(); err != nil { // and nothing else, as in a crash
			t.Fatal(err)
		}
		s = open(t, opts)
		expect(t, "stamp after "+what, []string{string(s.Stamped())}, now)
	}
	put(t, s, "a")
	reopen("a write")
	now = "second"
	if err := s.Stamp(); err != nil {
		t.Fatal(err)
	}
	reopen("Stamp")
	now = "third"
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, "stamp after Close", []string{string(open(t, opts).Stamped())}, now)
}

func TestOlderFormatsAreMigratedStepByStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	rename := func(from, to string) Migration {
		return func(rows *StoredRows) error {
			return rows.Rewrite("thing", func(row []byte) ([]byte, error) {
				return []byte(strings.ReplaceAll(string(row), from, to)), nil
			})
		}
	}
	// The first files said nothing of their format, and had no checksums.
	first, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = first.Update(func(disk *bbolt.Tx) error {
		bucket, err := disk.CreateBucket([]byte("thing"))
		for _, id := range []string{"a", "b"} {
			err = errors.Join(err, bucket.Put([]byte(id), wire.Marshal(&thing{ID: id, Shelf: "old"})))
		}
		return err
	})
	if err := errors.Join(err, first.Close()); err != nil {
		t.Fatal(err)
	}
	var s *Store
	for _, migrations := range [][]Migration{
		{rename("old", "newer")},
		{rename("newer", "wrong"), rename("newer", "newest")},
		{rename("newest", "wrong"), rename("newest", "wrong")},
	} {
		for _, end := range []func(*Store) error{(*Store).Abandon, (*Store).Close} { // the first writes nothing
			s = open(t, Options{Path: path, Migrations: migrations})
			if err := end(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	expect(t, "shelves", []string{things.Get(s.Read(), "a").Shelf, things.Get(s.Read(), "b").Shelf}, "newest", "newest")

	failure := errors.New("cannot be")
	_, err = Open(Options{Path: path, Migrations: []Migration{nil, nil, rename("newest", "lost"), func(*StoredRows) error { return failure }}})
	if !errors.Is(err, failure) {
		t.Errorf("a migration that fails: %v", err)
	}
	_, err = Open(Options{Path: path, Migrations: []Migration{nil}})
	if err == nil || !strings.Contains(err.Error(), "it is of format 2, which a newer ecs-emulator has made; this one reads formats up to 1; start that one, or move the file away to begin anew") {
		t.Errorf("a newer format: %v", err)
	}
	s = open(t, Options{Path: path, Migrations: []Migration{nil, nil}})
	expect(t, "after all that", []string{things.Get(s.Read(), "a").Shelf}, "newest")
}

// On a full disk a small write may find a place in the file, and the next one none.
func TestProbeLooksForRoomAlsoAfterAWriteThatFoundSome(t *testing.T) {
	d := onDisk(t)
	d.full.Store(true)
	if err := d.put("large"); err == nil {
		t.Fatal("no error")
	}
	d.full.Store(false)
	put(t, d.Store, "small")
	d.full.Store(true)
	if err := d.Probe(); !errors.Is(err, errFull) {
		t.Errorf("without room: %v", err)
	}
	d.full.Store(false)
	if err := d.Probe(); err != nil {
		t.Errorf("with room: %v", err)
	}
	d.full.Store(true)
	if err := d.Probe(); err != nil {
		t.Errorf("the disk was tried again: %v", err)
	}
	d.full.Store(false)
}
