package store

import (
	"slices"
	"time"
)

// Tx is a snapshot of the store, writable inside Update. Tables read and write it.
type Tx struct {
	version version
	writes  *writes // nil outside of Update
}

// writes is what a transaction has done and has to say.
type writes struct {
	store     *Store
	base      version // what it began with
	changes   []change
	places    map[rowID]int // of rows in changes, once there are many
	cause     cause
	additions []addition
	then      []func()
	again     time.Duration // see Tx.Again
	waits     bool
}

// change is what a transaction made of a row: nil is none.
type change struct {
	rowID
	before, after any
}

type rowID struct {
	table *table
	key   string
}

// begin begins a writable transaction.
func (s *Store) begin() *Tx {
	return &Tx{slices.Clone(s.head), &writes{store: s, base: s.head}}
}

// put writes a row; nil removes it.
func (tx *Tx) put(t *table, key string, row any) {
	w := tx.writes
	if w == nil {
		panic("store: write to " + t.name + " outside of Update")
	}
	r := tx.version[t.number]
	if r == w.base[t.number] {
		r = r.copy()
		tx.version[t.number] = r
	}
	w.change(rowID{t, key}, r.put(t, key, row), row)
}

func (w *writes) change(id rowID, before, after any) {
	if at := w.place(id); at >= 0 {
		w.changes[at].after = after
		return
	}
	if w.places != nil {
		w.places[id] = len(w.changes)
	}
	w.changes = append(w.changes, change{id, before, after})
}

// fewChanges are compared one by one: most transactions change a few rows, for which a map costs more.
const fewChanges = 8

// place is where the change of a row stands, or less than 0.
func (w *writes) place(id rowID) int {
	if len(w.changes) < fewChanges {
		return slices.IndexFunc(w.changes, func(c change) bool { return c.rowID == id })
	}
	if w.places == nil {
		w.places = make(map[rowID]int, 2*fewChanges)
		for i, c := range w.changes {
			w.places[c.rowID] = i
		}
	}
	if at, again := w.places[id]; again {
		return at
	}
	return -1
}

// dropVoid drops the rows that have come and gone.
func (w *writes) dropVoid() {
	w.changes = slices.DeleteFunc(w.changes, func(c change) bool { return c.before == nil && c.after == nil })
}

// clear removes all rows of a table.
func (tx *Tx) clear(t *table) {
	ascend(tx.version[t.number].byKey, "", func(row any) bool {
		tx.writes.change(rowID{t, t.key(row)}, row, nil)
		return true
	})
	tx.version[t.number] = newRows(t)
}

// Then has f called once the change of the transaction is visible, before it wakes anything. It is not called if the
// transaction fails or changes nothing.
func (tx *Tx) Then(f func()) { tx.writes.then = append(tx.writes.then, f) }

// AgainIn says that something is too young for the transaction by so much.
func (tx *Tx) AgainIn(wait time.Duration) {
	if w := tx.writes; w != nil && (!w.waits || wait < w.again) {
		w.again, w.waits = wait, true
	}
}

// Again is how much later the same transaction finds something that has got old enough, though nothing changes; ok is
// false where it never does. It tells of what [Ages.Before] and [Log.Forget] have looked at.
func (tx *Tx) Again() (wait time.Duration, ok bool) { return tx.writes.again, tx.writes.waits }

// row is a row by its id, or nil.
func (tx *Tx) row(id rowID) any {
	row, _ := tx.version[id.table.number].byKey.Get(id.key)
	return row
}
