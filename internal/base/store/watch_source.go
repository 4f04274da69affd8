package store

// On is a table whose changes wake the ids that a pure function returns. before is
// nil for a new row, after for one that has been removed. A row that exists when the
// watch begins counts as new: controllers are level-triggered.
func On[R any](t *Table[R], wakes func(before, after R) []string) Source {
	return Source{table: t.table, wakes: func(before, after any) []string {
		b, _ := before.(R)
		a, _ := after.(R)
		return wakes(b, a)
	}}
}

// OnKeys is a table whose changes wake the key of the changed row.
func OnKeys[R any](t *Table[R]) Source {
	return Source{table: t.table, wakes: func(before, after any) []string {
		if after == nil {
			after = before
		}
		return []string{t.key(after)}
	}}
}

// OnRemovals is a table of which each row that has been removed wakes the ids that a pure function returns.
func OnRemovals[R any](t *Table[R], wakes func(removed R) []string) Source {
	return Source{table: t.table, wakes: func(before, after any) []string {
		if after != nil {
			return nil
		}
		return wakes(before.(R))
	}}
}

// OnEntries is a log whose new entries wake an id. It is awake when the watch begins.
func OnEntries[T any](l *Log[T], id string) Source { return Source{log: l.logTable, id: id} }
