package store

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// thing is a row.
type thing struct {
	ID    string
	Shelf string
	At    time.Time
	Count int
}

var (
	things        = NewTable("thing", func(t *thing) string { return t.ID })
	thingsByShelf = things.Index(func(t *thing) string { return t.Shelf })
	thingAges     = things.Ages(func(t *thing) time.Time { return t.At })
)

func open(t *testing.T, opts Options) *Store {
	t.Helper()
	s, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func update(t *testing.T, s *Store, fn func(tx *Tx)) {
	t.Helper()
	if err := s.Update(func(tx *Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// put writes things of which only the id matters.
func put(t *testing.T, s *Store, ids ...string) {
	t.Helper()
	update(t, s, func(tx *Tx) {
		for _, id := range ids {
			things.Put(tx, &thing{ID: id})
		}
	})
}

// ids are the ids of all things.
func ids(rows []*thing) (list []string) {
	for _, row := range rows {
		list = append(list, row.ID)
	}
	return list
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestRowsAreFoundByKeyIndexAndAge(t *testing.T) {
	s := open(t, Options{})
	noon := time.Unix(1_700_000_000, 0)
	update(t, s, func(tx *Tx) {
		things.Put(tx, &thing{ID: "ab", Shelf: "top", At: noon.Add(time.Hour)})
		things.Put(tx, &thing{ID: "a", Shelf: "top", At: noon})
		things.Put(tx, &thing{ID: "b", Shelf: "to"})
	})
	tx := s.Read()
	expect(t, "all", ids(things.List(tx, "")), "a", "ab", "b")
	expect(t, "with a prefix", ids(things.List(tx, "a")), "a", "ab")
	expect(t, "from the last", ids(slices.Collect(things.Backward(tx, "a"))), "ab", "a")
	expect(t, "of a shelf", ids(thingsByShelf.List(tx, "top")), "a", "ab")
	if got := things.Get(tx, "ab"); got == nil || got.Shelf != "top" {
		t.Errorf("ab is %+v", got)
	}
	if got := things.Get(tx, "abc"); got != nil {
		t.Errorf("abc is %v", got)
	}
	update(t, s, func(tx *Tx) { thingAges.Forget(tx, noon.Add(time.Second)) })
	expect(t, "after forgetting", ids(things.List(s.Read(), "")), "ab", "b")
	expect(t, "in the snapshot from before", ids(things.List(tx, "")), "a", "ab", "b")
	if things.Get(s.Read(), "a") != nil {
		t.Error("a is still there")
	}
}

// onShelves has things by shelf and name.
var onShelves = NewScoped("on-shelves", placeOnShelf, func(t *thing) string { return placeOnShelf(t.Shelf, t.ID) })

func placeOnShelf(shelf, id string) string { return shelf + "/" + id }

func TestRowsAreFoundByNameWithinSomething(t *testing.T) {
	s := open(t, Options{})
	update(t, s, func(tx *Tx) {
		for _, place := range [][2]string{{"top", "ab"}, {"top", "a"}, {"top", "b"}, {"to", "a"}} {
			onShelves.Put(tx, &thing{Shelf: place[0], ID: place[1]})
		}
	})
	tx := s.Read()
	expect(t, "within the shelf", ids(onShelves.List(tx, "top")), "a", "ab", "b")
	expect(t, "with a prefix", ids(onShelves.Starting(tx, "top", "a")), "a", "ab")
	expect(t, "all", ids(onShelves.All(tx)), "a", "a", "ab", "b")
	if got := onShelves.Find(tx, "to", "a"); got == nil || got.Shelf != "to" {
		t.Errorf("a is %+v", got)
	}
	if got := onShelves.Find(tx, "to", "b"); got != nil {
		t.Errorf("b is %v", got)
	}
}

// bounded keeps two rows.
var bounded = NewTable("bounded", func(t *thing) string { return t.ID })
var _ = bounded.Ages(func(t *thing) time.Time { return t.At }).AtMost(2)

func TestEachTransactionKeepsTheBound(t *testing.T) {
	s := open(t, Options{})
	noon := time.Unix(1_700_000_000, 0)
	for i, id := range []string{"c", "b", "a"} {
		update(t, s, func(tx *Tx) { bounded.Put(tx, &thing{ID: id, At: noon.Add(time.Duration(i) * time.Second)}) })
	}
	expect(t, "the oldest is gone", ids(bounded.List(s.Read(), "")), "a", "b")
}

func TestOldestRowsAreTrimmed(t *testing.T) {
	noon := time.Unix(1_700_000_000, 0)
	path := filepath.Join(t.TempDir(), "state.db")
	var full atomic.Bool
	opts := Options{Path: path, Fault: func() error {
		if full.Load() {
			return errFull
		}
		return nil
	}}
	s := open(t, opts)
	age := func(id string, minutes int) error {
		return s.Update(func(tx *Tx) error {
			things.Put(tx, &thing{ID: id, At: noon.Add(time.Duration(minutes) * time.Minute)})
			return nil
		})
	}
	trim := func(most int) { update(t, s, func(tx *Tx) { thingAges.trim(tx, most) }) }
	put(t, s, "ageless")
	for i, id := range []string{"c", "a", "b"} {
		if err := age(id, i); err != nil {
			t.Fatal(err)
		}
	}
	trim(3)
	expect(t, "not too many", ids(things.List(s.Read(), "")), "a", "ageless", "b", "c")
	trim(2)
	expect(t, "the oldest is gone", ids(things.List(s.Read(), "")), "a", "ageless", "b")
	full.Store(true)
	if err := age("lost", 9); err == nil {
		t.Fatal("no error")
	}
	full.Store(false)
	trim(2)
	expect(t, "what failed does not count", ids(things.List(s.Read(), "")), "a", "ageless", "b")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, opts)
	trim(1)
	expect(t, "after a restart", ids(things.List(s.Read(), "")), "ageless", "b")
}

func TestAbortedUpdateLeavesNoTrace(t *testing.T) {
	s := open(t, Options{})
	w := s.Watch(0, OnKeys(things))
	failure := errors.New("refused")
	err := s.Update(func(tx *Tx) error { things.Put(tx, &thing{ID: "a"}); return failure })
	if !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if things.Get(s.Read(), "a") != nil {
		t.Error("the row exists")
	}
	if err := w.Idle(t.Context()); err != nil {
		t.Error("a controller was woken")
	}
}

func TestConcurrentUpdatesAreAllOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, Options{Path: path})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { put(t, s, strconv.Itoa(i)) })
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Path: path})
	if got := len(things.List(s.Read(), "")); got != 50 {
		t.Errorf("%d of 50 rows on disk", got)
	}
}

func TestSecondStoreOnOneFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	open(t, Options{Path: path})
	_, err := Open(Options{Path: path})
	if err == nil || !strings.Contains(err.Error(), "another emulator uses it") {
		t.Errorf("error: %v", err)
	}
}

// What follows from a transaction happens once it is visible, and before controllers are woken; not if it fails.
func TestThen(t *testing.T) {
	var full atomic.Bool
	s := open(t, Options{Path: filepath.Join(t.TempDir(), "state.db"), Fault: func() error {
		if full.Load() {
			return errors.New("disk full")
		}
		return nil
	}})
	w := s.Watch(0, OnKeys(things))
	defer w.Close()
	happened := 0
	with := func(refused error) func(tx *Tx) error {
		return func(tx *Tx) error {
			things.Put(tx, &thing{ID: "a"})
			tx.Then(func() {
				if happened++; things.Get(s.Read(), "a") == nil || s.Woken() != 0 {
					t.Error("it does not happen between the write and its wake-ups")
				}
			})
			return refused
		}
	}
	full.Store(true)
	if s.Update(with(nil)) == nil || s.Update(with(errors.New("refused"))) == nil || happened != 0 {
		t.Errorf("it happens %d times though nothing is written", happened)
	}
	full.Store(false)
	if err := s.Update(with(nil)); err != nil || happened != 1 {
		t.Errorf("it happens %d times: %v", happened, err)
	}
}
