package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func next(t *testing.T, w *Watch) string {
	t.Helper()
	id, err := w.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWatchWakesForEachChangedRowOnce(t *testing.T) {
	s := open(t, Options{})
	put(t, s, "old")
	w := s.Watch(0, OnKeys(things))
	if got := next(t, w); got != "old" {
		t.Fatalf("woken for %q, not for what existed", got)
	}
	w.Done("old")
	for range 3 {
		put(t, s, "old")
	}
	put(t, s, "new")
	if first, second := next(t, w), next(t, w); first != "old" || second != "new" {
		t.Errorf("woken for %q and %q", first, second)
	}
	w.Done("old")
	w.Done("new")
	if err := s.Idle(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWatchOfRemovals(t *testing.T) {
	s := open(t, Options{})
	put(t, s, "old")
	put(t, s, "gone")
	w := s.Watch(0, OnRemovals(things, func(removed *thing) []string { return []string{"owner of " + removed.ID} }))
	put(t, s, "old")
	put(t, s, "new")
	update(t, s, func(tx *Tx) { things.Delete(tx, things.Get(tx, "gone")) })
	if got := next(t, w); got != "owner of gone" {
		t.Errorf("woken for %q", got)
	}
	w.Done("owner of gone")
	update(t, s, func(tx *Tx) { // it is there again at the end
		things.Delete(tx, things.Get(tx, "old"))
		things.Put(tx, &thing{ID: "old"})
	})
	update(t, s, func(tx *Tx) { things.Delete(tx, things.Get(tx, "new")) })
	if got := next(t, w); got != "owner of new" {
		t.Errorf("woken for %q", got)
	}
}

func TestWatchHandsAnIDToOneWorkerAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		w := s.Watch(0, OnKeys(things))
		put(t, s, "a")
		next(t, w)
		put(t, s, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if id, err := w.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%q was handed out twice", id)
		}
		w.Done("a")
		if got := next(t, w); got != "a" {
			t.Errorf("the change made meanwhile was lost: %q", got)
		}
	})
}

func TestWatchRestsBetweenRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, Options{}).Watch(5*time.Millisecond, OnKeys(things))
		begin := time.Now()
		for range 3 {
			w.Wake("s")
			next(t, w)
			w.Done("s")
		}
		if took := time.Since(begin); took != 10*time.Millisecond {
			t.Errorf("three runs began within %v", took)
		}
	})
}

func TestChangeWakesWhatItConcerns(t *testing.T) {
	s := open(t, Options{})
	put(t, s, "nowhere")
	update(t, s, func(tx *Tx) { things.Put(tx, &thing{ID: "a", Shelf: "top"}) })
	w := s.Watch(0, On(things, func(before, after *thing) (shelves []string) {
		if before != nil && before.Shelf != "" {
			shelves = append(shelves, before.Shelf)
		}
		if after != nil && after.Shelf != "" {
			shelves = append(shelves, after.Shelf)
		}
		return shelves
	}))
	if got := next(t, w); got != "top" {
		t.Errorf("woken for %q, not for the shelf of what existed", got)
	}
	w.Done("top")
	update(t, s, func(tx *Tx) { things.Put(tx, &thing{ID: "a", Shelf: "bottom"}) })
	if first, second := next(t, w), next(t, w); first != "top" || second != "bottom" {
		t.Errorf("a move woke %q and %q", first, second)
	}
	w.Done("top")
	w.Done("bottom")
	update(t, s, func(tx *Tx) { things.Delete(tx, things.Get(tx, "a")) })
	if got := next(t, w); got != "bottom" {
		t.Errorf("a removal woke %q", got)
	}
}

// work handles what a watch hands out until the test ends.
func work(t *testing.T, w *Watch, handle func(id string)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			id, err := w.Next(ctx)
			if err != nil {
				return
			}
			handle(id)
			w.Done(id)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func TestIdleReturnsUnderConstantWritesByOthers(t *testing.T) {
	s := open(t, Options{})
	w := s.Watch(0, OnKeys(things))
	work(t, w, func(id string) {
		if id == "a" {
			put(t, s, "c") // without saying that it is part of the handling
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	written := make(chan struct{})
	go func() {
		defer close(written)
		for ctx.Err() == nil {
			put(t, s, "a", "b")
		}
	}()
	for range 20 {
		limited, end := context.WithTimeout(t.Context(), 10*time.Second)
		if err := w.Idle(limited); err != nil {
			t.Error(err)
		}
		end()
	}
	cancel()
	<-written
}

func TestIdleWaitsForWhatAHandlingLeadsTo(t *testing.T) {
	s := open(t, Options{})
	w := s.Watch(0, OnKeys(things))
	last := ""
	work(t, w, func(id string) {
		last = id
		if next := id + "x"; len(next) < 10 {
			update(t, s, func(tx *Tx) {
				tx.CausedBy(w, id)
				things.Put(tx, &thing{ID: next})
			})
		}
	})
	put(t, s, "x")
	if err := w.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(last) != 9 {
		t.Errorf("idle after %q", last)
	}
}

func TestIdleWaitsForTheSameIDAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		w := s.Watch(5*time.Millisecond, OnKeys(things))
		handled := 0
		work(t, w, func(id string) {
			if handled++; handled < 3 {
				update(t, s, func(tx *Tx) {
					tx.CausedBy(w, id)
					things.Put(tx, &thing{ID: id, Count: handled})
				})
			}
		})
		put(t, s, "a")
		if err := w.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if handled != 3 {
			t.Errorf("idle after %d of 3 runs", handled)
		}
		w.Close() // before its bubble ends
	})
}

// A rest lets changes gather, and Idle gathers nothing: neither what an id leads to again, nor what came in its rest.
func TestIdleDoesNotWaitForRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		w := s.Watch(time.Hour, OnKeys(things))
		handled := map[string]int{}
		work(t, w, func(id string) {
			if handled[id]++; id == "a" && handled[id] < 3 {
				update(t, s, func(tx *Tx) {
					tx.CausedBy(w, id)
					things.Put(tx, &thing{ID: id, Count: handled[id]})
				})
			}
		})
		put(t, s, "b")
		synctest.Wait() // now it rests
		put(t, s, "a", "b")
		begin := time.Now()
		if err := w.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 0 || handled["a"] != 3 || handled["b"] != 2 {
			t.Errorf("idle after %v, when %v were handled", took, handled)
		}
		put(t, s, "b")
		synctest.Wait()
		if handled["b"] != 2 {
			t.Error("without Idle it does not rest")
		}
		w.Close() // before its bubble ends
	})
}

func TestCloseReleasesWaitingCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		w := s.Watch(0, OnKeys(things))
		put(t, s, "a")
		next(t, w)
		idle, closed := make(chan error), make(chan error)
		go func() { idle <- w.Idle(t.Context()) }()
		go func() { _, err := w.Next(t.Context()); closed <- err }()
		synctest.Wait()
		w.Close()
		if err := <-idle; err != nil {
			t.Errorf("idle: %v", err)
		}
		if err := <-closed; !errors.Is(err, ErrClosed) {
			t.Errorf("next: %v", err)
		}
		w.Done("a")
		put(t, s, "b")
		if err := s.Idle(t.Context()); err != nil || len(w.items) > 0 {
			t.Errorf("a closed watch keeps %v, %v", w.items, err)
		}
	})
}

func TestWokenCountsTransactionsThatWakeAWatch(t *testing.T) {
	s := open(t, Options{})
	put(t, s, "not looked at")
	s.Watch(0, On(things, func(_, after *thing) []string {
		if after.Shelf == "" {
			return nil
		}
		return []string{after.Shelf}
	}))
	put(t, s, "no shelf")
	if got := s.Woken(); got != 0 {
		t.Errorf("%d transactions woke a watch", got)
	}
	update(t, s, func(tx *Tx) { things.Put(tx, &thing{ID: "a", Shelf: "top"}) })
	if got := s.Woken(); got != 1 {
		t.Errorf("%d of 1", got)
	}
}

func TestEntriesOfALogWake(t *testing.T) {
	s := open(t, Options{})
	w := s.Watch(0, OnEntries(notes, "log"), OnKeys(things))
	defer w.Close()
	for range 2 { // when it begins, and by an entry
		if got := next(t, w); got != "log" {
			t.Errorf("woken for %q", got)
		}
		w.Done("log")
		woken := s.Woken()
		if err := s.Update(func(tx *Tx) error { notes.Append(tx, &thing{}, time.Unix(1, 0)); return nil }); err != nil {
			t.Fatal(err)
		}
		if s.Woken() == woken {
			t.Error("an entry does not count as a wake-up")
		}
	}
	if got := next(t, w); got != "log" {
		t.Errorf("woken for %q", got)
	}
	w.Done("log")
	if err := s.Update(func(tx *Tx) error { notes.Forget(tx, time.Unix(2, 0)); return nil }); err != nil {
		t.Fatal(err)
	}
	put(t, s, "row")
	if got := next(t, w); got != "row" {
		t.Errorf("what is forgotten wakes %q", got)
	}
}
