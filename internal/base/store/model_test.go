package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// model is what a store should hold: the shelf of each thing by its id.
type model map[string]string

func (m model) ids(matches func(id, shelf string) bool) (list []string) {
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if matches(id, m[id]) {
			list = append(list, id)
		}
	}
	return list
}

// check compares a snapshot with the model in every way to read it.
func (m model) check(t *rapid.T, tx *Tx) {
	same := func(what string, got []*thing, want []string) {
		if !slices.Equal(ids(got), want) {
			t.Fatalf("%s: %q, want %q", what, ids(got), want)
		}
	}
	for _, prefix := range []string{"", "a", "ab", "b", "é"} {
		want := m.ids(func(id, _ string) bool { return strings.HasPrefix(id, prefix) })
		same("list "+prefix, things.List(tx, prefix), want)
		backward := slices.Collect(things.Backward(tx, prefix))
		slices.Reverse(backward)
		same("backward "+prefix, backward, want)
	}
	for _, shelf := range []string{"top", "to", "é"} {
		same("shelf "+shelf, thingsByShelf.List(tx, shelf), m.ids(func(_, s string) bool { return s == shelf }))
	}
	for id, shelf := range m {
		if got := things.Get(tx, id); got == nil || got.Shelf != shelf {
			t.Fatalf("%s is %+v, want it on %q", id, got, shelf)
		}
	}
}

// TestTransactionsAreAsAMap runs transactions that commit, fail or panic, and keeps
// snapshots from before: each must hold what it held then.
func TestTransactionsAreAsAMap(t *testing.T) {
	id := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"a", "ab", "abc", "b", "é"}).Draw(t, "stem") + fmt.Sprint(rapid.IntRange(0, 40).Draw(t, "n"))
	})
	shelf := rapid.SampledFrom([]string{"top", "to", "é", ""})
	rapid.Check(t, func(t *rapid.T) {
		s, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		watch := s.Watch(0, OnKeys(things))
		defer watch.Close()
		now := model{}
		type snapshot struct {
			tx *Tx
			model
		}
		var before []snapshot
		for range rapid.IntRange(1, 6).Draw(t, "transactions") {
			before = append(before, snapshot{s.Read(), maps.Clone(now)})
			after := maps.Clone(now)
			end := rapid.SampledFrom([]string{"commit", "commit", "commit", "fail", "panic", "reset"}).Draw(t, "end")
			func() {
				defer func() {
					if p := recover(); p != nil && p != "no" {
						panic(p)
					}
				}()
				_ = s.Update(func(tx *Tx) error {
					for range rapid.IntRange(0, 60).Draw(t, "writes") {
						id := id.Draw(t, "id")
						if row := things.Get(tx, id); row != nil && rapid.Bool().Draw(t, "delete") {
							things.Delete(tx, row)
							delete(after, id)
							continue
						}
						after[id] = shelf.Draw(t, "shelf")
						things.Put(tx, &thing{ID: id, Shelf: after[id]})
					}
					after.check(t, tx)
					switch end {
					case "fail":
						return errors.New("no")
					case "panic":
						panic("no")
					}
					return nil
				})
			}()
			switch end {
			case "commit":
				now = after
			case "reset":
				if err := s.Reset(); err != nil {
					t.Fatal(err)
				}
				now = model{}
			}
			now.check(t, s.Read())
		}
		for _, each := range before {
			each.check(t, each.tx)
		}
	})
}

// What a transaction made of a row counts, not how it came there.
func TestARowChangesOncePerTransaction(t *testing.T) {
	s := open(t, Options{})
	put(t, s, "changed", "gone")
	var changes []string
	w := s.Watch(0, On(things, func(before, after *thing) []string {
		describe := func(row *thing) string {
			if row == nil {
				return "none"
			}
			return fmt.Sprint(row.ID, row.Count)
		}
		changes = append(changes, describe(before)+" "+describe(after))
		return nil
	}))
	defer w.Close()
	changes = nil
	update(t, s, func(tx *Tx) {
		for count := range 3 {
			things.Put(tx, &thing{ID: "changed", Count: count + 1})
			things.Put(tx, &thing{ID: "new", Count: count})
			things.Put(tx, &thing{ID: "void"})
		}
		things.Delete(tx, &thing{ID: "void"})
		things.Delete(tx, &thing{ID: "gone"})
		things.Delete(tx, &thing{ID: "never there"})
	})
	expect(t, "changes", changes, "changed0 changed3", "none new2", "gone0 none")

	changes = nil
	var want []string
	update(t, s, func(tx *Tx) { // more rows than are compared one by one
		for count := range 2 {
			for i := range 3 * fewChanges {
				things.Put(tx, &thing{ID: fmt.Sprintf("many-%02d-", i), Count: count})
			}
		}
	})
	for i := range 3 * fewChanges {
		want = append(want, fmt.Sprintf("none many-%02d-1", i))
	}
	expect(t, "many changes", changes, want...)
}

func TestOnlyUpdateWrites(t *testing.T) {
	s := open(t, Options{})
	var late *Tx
	update(t, s, func(tx *Tx) { late = tx })
	for what, tx := range map[string]*Tx{"a snapshot": s.Read(), "a transaction that has ended": late} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took a row", what)
				}
			}()
			things.Put(tx, &thing{ID: "a"})
		}()
	}
	if things.Get(s.Read(), "a") != nil {
		t.Error("the row is there")
	}
}
