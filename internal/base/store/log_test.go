package store

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"go.etcd.io/bbolt"
)

// notes is a log that keeps ten things.
var notes = NewLog[thing]("note", 10)

// note appends things in one transaction.
func note(t *testing.T, s *Store, ids ...string) {
	t.Helper()
	update(t, s, func(tx *Tx) { appendNotes(tx, ids...) })
}

func appendNotes(tx *Tx, ids ...string) {
	for _, id := range ids {
		notes.Append(tx, &thing{ID: id}, time.Unix(1_700_000_000, 0))
	}
}

// since is what a reader gets, as sequence numbers with ids.
func since(s *Store, sequence uint64) (list []string, oldest uint64) {
	entries, oldest, _ := notes.Since(s, sequence)
	for _, e := range entries {
		list = append(list, fmt.Sprint(e.Sequence, " ", e.Value.ID))
	}
	return list, oldest
}

func expectNotes(t *testing.T, s *Store, after, wantOldest uint64, want ...string) {
	t.Helper()
	got, oldest := since(s, after)
	expect(t, fmt.Sprint("notes after ", after), got, want...)
	if oldest != wantOldest {
		t.Errorf("the oldest note is %d, want %d", oldest, wantOldest)
	}
}

func TestLogKeepsTheNewestInOrder(t *testing.T) {
	s := open(t, Options{})
	expectNotes(t, s, 0, 1)
	note(t, s, "a", "b")
	note(t, s, "c")
	expectNotes(t, s, 0, 1, "1 a", "2 b", "3 c")
	expectNotes(t, s, 2, 1, "3 c")
	expectNotes(t, s, 3, 1)
	for n := 4; n <= 35; n++ {
		note(t, s, strconv.Itoa(n))
	}
	expectNotes(t, s, 32, 26, "33 33", "34 34", "35 35")
	if got, _ := since(s, 0); len(got) != 10 || got[0] != "26 26" {
		t.Errorf("kept %q", got)
	}
	expectNotes(t, s, math.MaxUint64, 26)
}

func TestNewestOfALog(t *testing.T) {
	s := open(t, Options{})
	if got := notes.Newest(s); got != 0 {
		t.Errorf("the newest of none is %d", got)
	}
	note(t, s, "a", "b")
	if err := s.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := notes.Newest(s); got != 2 {
		t.Errorf("the newest is %d after a reset, want 2", got)
	}
}

func TestFollowerOfALogIsToldOfMore(t *testing.T) {
	s := open(t, Options{})
	_, _, changed := notes.Since(s, 0)
	put(t, s, "a row")
	select {
	case <-changed:
		t.Error("told of nothing")
	default:
	}
	note(t, s, "a")
	<-changed
	if entries, _, _ := notes.Since(s, 0); len(entries) != 1 || !entries[0].At.Equal(time.Unix(1_700_000_000, 0)) {
		t.Errorf("entries %+v", entries)
	}
}

func TestLogForgetsByAge(t *testing.T) {
	s := open(t, Options{})
	noon := time.Unix(1_700_000_000, 0)
	update(t, s, func(tx *Tx) {
		for n := range 5 {
			notes.Append(tx, &thing{ID: strconv.Itoa(n)}, noon.Add(time.Duration(n)*time.Minute))
		}
	})
	update(t, s, func(tx *Tx) { notes.Forget(tx, noon.Add(3*time.Minute)) })
	expectNotes(t, s, 0, 4, "4 3", "5 4")
	update(t, s, func(tx *Tx) { notes.Forget(tx, noon.Add(time.Hour)) })
	expectNotes(t, s, 0, 6)
	note(t, s, "next")
	expectNotes(t, s, 0, 6, "6 next")
}

func TestResetEmptiesALogButItsSequenceGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	for _, opts := range []Options{{}, {Path: path}} {
		s := open(t, opts)
		note(t, s, "a", "b")
		put(t, s, "row")
		if err := s.Reset(); err != nil {
			t.Fatal(err)
		}
		expectNotes(t, s, 0, 3)
		if opts.Path != "" {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, opts)
			expectNotes(t, s, 0, 3)
		}
		note(t, s, "c")
		expectNotes(t, s, 0, 3, "3 c")
	}
}

func TestLogSurvivesARestart(t *testing.T) {
	opts := Options{Path: filepath.Join(t.TempDir(), "state.db")}
	s := open(t, opts)
	for n := range 9 {
		note(t, s, strconv.Itoa(2*n+1), strconv.Itoa(2*n+2))
	}
	before, oldest := since(s, 0)
	if oldest != 9 {
		t.Errorf("the oldest of 18 is %d", oldest)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, opts)
	expectNotes(t, s, 0, oldest, before...)
	note(t, s, "19")
	expectNotes(t, s, 17, 10, "18 18", "19 19")

	update(t, s, func(tx *Tx) { notes.Forget(tx, time.Unix(1_800_000_000, 0)) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, opts)
	expectNotes(t, s, 0, 20)
	note(t, s, "20")
	expectNotes(t, s, 0, 20, "20 20")
	stored := func() (n int) {
		err := s.journal.db.View(func(disk *bbolt.Tx) error {
			return disk.Bucket([]byte("note")).ForEach(func(_, _ []byte) error { n++; return nil })
		})
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if got := stored(); got != 1 {
		t.Errorf("%d entries on disk", got)
	}
	for n := range 2 * dropped {
		note(t, s, strconv.Itoa(n))
	}
	if got := stored(); got > 10+dropped {
		t.Errorf("%d entries on disk", got)
	}
}

func TestEntriesOfAFailedWriteAreGone(t *testing.T) {
	d := onDisk(t)
	for n := 1; n <= 10; n++ {
		note(t, d.Store, strconv.Itoa(n))
	}
	_, _, changed := notes.Since(d.Store, 0)
	d.journal.fault = func() error { // the change is on disk all the same
		before := d.rings[notes.number].kept
		after := before.with(addition{notes.logTable, entry{0, &thing{ID: "lost"}}})
		err := boltfile.Update(d.journal.db, func(disk *boltfile.Writer) error {
			for _, span := range d.rings[notes.number].changes(notes.logTable, after) {
				if err := span.write(disk, after, wire.Marshal); err != nil {
					return err
				}
			}
			return nil
		})
		return errors.Join(err, errFull)
	}
	if err := d.Update(func(tx *Tx) error { appendNotes(tx, "lost"); return nil }); err == nil {
		t.Fatal("no error")
	}
	d.journal.fault = func() error { return nil }
	if got, oldest := since(d.Store, 0); len(got) != 10 || oldest != 1 {
		t.Errorf("notes %q", got)
	}
	select {
	case <-changed:
		t.Error("told of what has failed")
	default:
	}
	put(t, d.Store, "row")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Path: d.path})
	if got, oldest := since(s, 0); len(got) != 10 || oldest != 1 {
		t.Errorf("notes after a restart %q", got)
	}
	note(t, s, "11")
	expectNotes(t, s, 10, 2, "11 11")
}

// Who is told of an entry may look at once at what it is about, and the other way round.
func TestRowsAndTheirEntriesAreVisibleAtOnce(t *testing.T) {
	for name, path := range map[string]string{"in memory": "", "on disk": filepath.Join(t.TempDir(), "state.db")} {
		t.Run(name, func(t *testing.T) {
			s := open(t, Options{Path: path})
			const last = 200
			var readers sync.WaitGroup
			readers.Go(func() {
				for read := uint64(0); read < last; {
					entries, _, changed := notes.Since(s, read)
					for _, e := range entries {
						if read = e.Sequence; things.Get(s.Read(), e.Value.ID) == nil {
							t.Errorf("the row of entry %d is not there yet", read)
							return
						}
					}
					if len(entries) == 0 {
						<-changed
					}
				}
			})
			readers.Go(func() {
				for n := range uint64(last) {
					for things.Get(s.Read(), strconv.FormatUint(n, 10)) == nil {
						runtime.Gosched()
					}
					if notes.Newest(s) <= n {
						t.Errorf("the entry of row %d is not there yet", n)
						return
					}
				}
			})
			for n := range last {
				id := strconv.Itoa(n)
				update(t, s, func(tx *Tx) {
					things.Put(tx, &thing{ID: id})
					appendNotes(tx, id)
				})
			}
			readers.Wait()
		})
	}
}
