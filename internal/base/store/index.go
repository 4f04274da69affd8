package store

// Index finds rows of a table by something else than their key.
type Index[T any] struct {
	table  *Table[T]
	number int // among the indexes of the table
}

// Index declares an index, like NewTable does a table. A row whose value is empty
// is not in it.
func (t *Table[T]) Index(value func(row *T) string) *Index[T] {
	t.indexes = append(t.indexes, func(row any) string { return value(row.(*T)) })
	return &Index[T]{t, len(t.indexes) - 1}
}

// List returns the rows with the value, in order of their keys.
func (i *Index[T]) List(tx *Tx, value string) []*T {
	return list[T](i.rows(tx), value+"\x00")
}

// rows is the index in a snapshot.
func (i *Index[T]) rows(tx *Tx) *tree { return tx.version[i.table.number].indexes[i.number] }
