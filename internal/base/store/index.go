package store

// Index finds rows of a table by something else than their key.
type Index[R any] struct {
	table  *Table[R]
	number int // among the indexes of the table
}

// Index declares an index, like NewTable does a table. A row whose value is empty
// is not in it.
func (t *Table[R]) Index(value func(row R) string) *Index[R] {
	t.indexes = append(t.indexes, func(row any) string { return value(row.(R)) })
	return &Index[R]{t, len(t.indexes) - 1}
}

// List returns the rows with the value, in order of their keys.
func (i *Index[R]) List(tx *Tx, value string) []R {
	return list[R](i.rows(tx), value+"\x00")
}

// Len is how many rows are in the index.
func (i *Index[R]) Len(tx *Tx) int { return i.rows(tx).Len() }

// rows is the index in a snapshot.
func (i *Index[R]) rows(tx *Tx) *tree { return tx.version[i.table.number].indexes[i.number] }
