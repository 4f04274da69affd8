package store

import (
	"iter"
	"maps"
	"reflect"
	"slices"
)

// Table holds rows of one type, R, a pointer to a struct. Tables are variables of the
// package that the rows belong to, beside the row:
//
//	var clusters = store.NewTable("cluster", func(c *Cluster) string { return c.ARN })
//
// Functions over pointers are compiled once for all of them, those over structs once for each.
type Table[R any] struct{ *table }

// table is what the store knows of a table.
type table struct {
	name    string
	number  int          // among all tables
	row     reflect.Type // a pointer to it is a row
	key     func(row any) string
	indexes []func(row any) string // the value of a row; empty: it is not in the index
}

// tables are those that packages have declared, by name.
var tables = map[string]*table{}

// NewTable declares a table of rows by their unique key. The name is that
// of its bucket in the durable log, so it stays. Stores opened before do not have the
// table, so it is called to initialise a variable of a package.
func NewTable[R any](name string, key func(row R) string) *Table[R] {
	declare(name)
	t := &table{
		name: name, number: len(tables), row: reflect.TypeFor[R]().Elem(),
		key: func(row any) string { return key(row.(R)) },
	}
	tables[name] = t
	return &Table[R]{t}
}

// Declared are the names of all tables and logs.
func Declared() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(tables)), maps.Keys(logs))
	slices.Sort(names)
	return names
}

// declare makes sure that no other table or log has the name.
func declare(name string) {
	if tables[name] != nil || logs[name] != nil || reserved(name) {
		panic("store: a second table " + name)
	}
}

// Get returns the row with the key, or nil.
func (t *Table[R]) Get(tx *Tx, key string) R {
	row, _ := tx.row(rowID{t.table, key}).(R)
	return row
}

// List returns the rows whose key starts with prefix, in order of their keys.
func (t *Table[R]) List(tx *Tx, prefix string) []R {
	return list[R](tx.version[t.number].byKey, prefix)
}

// All returns all rows, in order of their keys.
func (t *Table[R]) All(tx *Tx) []R { return t.List(tx, "") }

// Len is how many rows there are.
func (t *Table[R]) Len(tx *Tx) int { return tx.version[t.number].byKey.Len() }

// Mark tells the contents of a table apart: it is the same in two snapshots if no transaction between them wrote to the
// table.
type Mark struct{ rows *rows }

// Mark is the mark of a snapshot that nothing writes to.
func (t *Table[R]) Mark(tx *Tx) Mark { return Mark{tx.version[t.number]} }

// Forward goes through the rows whose key starts with prefix. Nothing may be written to
// the table meanwhile.
func (t *Table[R]) Forward(tx *Tx, prefix string) iter.Seq[R] {
	return func(yield func(R) bool) {
		ascend(tx.version[t.number].byKey, prefix, func(row any) bool { return yield(row.(R)) })
	}
}

// Next goes through n rows from the first on whose key is not less than from. It looks at
// no key but the first, as each is memory of its own that Forward has to fetch. Nothing may
// be written to the table meanwhile.
func (t *Table[R]) Next(tx *Tx, from string, n int) iter.Seq[R] {
	return func(yield func(R) bool) {
		tx.version[t.number].byKey.Ascend(from, func(_ string, row any) bool {
			n--
			return n >= 0 && yield(row.(R))
		})
	}
}

// list returns the rows of a tree whose key starts with prefix.
func list[R any](in *tree, prefix string) (found []R) {
	ascend(in, prefix, func(row any) bool {
		found = append(found, row.(R))
		return true
	})
	return found
}

// Backward goes through the rows whose key starts with prefix, from the last one.
// Nothing may be written to the table meanwhile.
func (t *Table[R]) Backward(tx *Tx, prefix string) iter.Seq[R] {
	return func(yield func(R) bool) {
		descend(tx.version[t.number].byKey, prefix, func(row any) bool { return yield(row.(R)) })
	}
}

// Put writes a row, which must not be changed any more.
func (t *Table[R]) Put(tx *Tx, row R) { tx.put(t.table, t.key(row), row) }

// Delete removes a row.
func (t *Table[R]) Delete(tx *Tx, row R) { tx.put(t.table, t.key(row), nil) }
