package delivery

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

var cursors = store.NewTable("delivery-cursor", func(*Cursor) string { return "outbox" })

// Cursor is the one row that says how far the outbox of the services is matched. Matching writes it. It stands where an
// event was matched last: events after it that no rule wanted move it in memory alone.
type Cursor struct {
	Sequence uint64 // of the last event
}

// ReadCursor is the number of the last event that was matched, 0 before the first.
func ReadCursor(tx *store.Tx) uint64 {
	if c := cursors.Get(tx, "outbox"); c != nil {
		return c.Sequence
	}
	return 0
}

// PutCursor writes the number of the last event that was matched.
func PutCursor(tx *store.Tx, sequence uint64) { cursors.Put(tx, &Cursor{Sequence: sequence}) }
