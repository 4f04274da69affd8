package store

// Scoped is a table whose rows have names within something else, an S: a role in its account,
// a target at its rule.
type Scoped[S, R any] struct {
	*Table[R]
	place func(within S, name string) string
}

// NewScoped declares a table as NewTable does. The row with a name has its key at place, and
// the keys of all rows within the same begin with the place of the empty name.
func NewScoped[S, R any](name string, place func(within S, name string) string, key func(row R) string) *Scoped[S, R] {
	return &Scoped[S, R]{NewTable(name, key), place}
}

// Find returns a row by its name, or nil.
func (s *Scoped[S, R]) Find(tx *Tx, within S, name string) R {
	return s.Get(tx, s.place(within, name))
}

// List returns the rows within something, in order of their keys.
func (s *Scoped[S, R]) List(tx *Tx, within S) []R { return s.Starting(tx, within, "") }

// Starting returns the rows within something whose names start with prefix.
func (s *Scoped[S, R]) Starting(tx *Tx, within S, prefix string) []R {
	return s.Table.List(tx, s.place(within, prefix))
}
