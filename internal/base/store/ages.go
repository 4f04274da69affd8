package store

import (
	"encoding/binary"
	"iter"
	"time"
)

// Ages orders rows of a table by a time, so that old ones can be forgotten without
// a look at the others.
type Ages[R any] struct {
	*Index[R]
	at func(row R) time.Time
}

// Ages declares the order, like NewTable does a table. A row with a zero time is not
// in it.
func (t *Table[R]) Ages(at func(row R) time.Time) *Ages[R] {
	return &Ages[R]{at: at, Index: t.Index(func(row R) string {
		if t := at(row); !t.IsZero() {
			return timeKey(t)
		}
		return ""
	})}
}

// Before returns the rows from before a time, the oldest first. [Tx.Again] tells when there are more.
func (a *Ages[R]) Before(tx *Tx, before time.Time) []R {
	return a.oldest(tx, func(row R) bool {
		wait := a.at(row).Sub(before)
		if wait >= 0 {
			tx.AgainIn(wait)
		}
		return wait < 0
	})
}

// Newest goes through the rows in the order, the newest first. Nothing may be written to the table meanwhile.
func (a *Ages[R]) Newest(tx *Tx) iter.Seq[R] {
	return func(yield func(R) bool) {
		descend(a.rows(tx), "", func(row any) bool { return yield(row.(R)) })
	}
}

// Forget removes the rows from before a time.
func (a *Ages[R]) Forget(tx *Tx, before time.Time) { a.remove(tx, a.Before(tx, before)) }

// bounds are kept by each transaction that Update runs; see [Ages.AtMost].
var bounds []func(tx *Tx)

// AtMost bounds how many rows are in the order: each transaction removes the oldest above that. It returns the order.
func (a *Ages[R]) AtMost(most int) *Ages[R] {
	bounds = append(bounds, func(tx *Tx) { a.trim(tx, most) })
	return a
}

func (a *Ages[R]) trim(tx *Tx, most int) { a.remove(tx, a.Above(tx, most)) }

// Above returns the oldest rows beyond so many.
func (a *Ages[R]) Above(tx *Tx, most int) []R {
	left := a.rows(tx).Len() - most
	return a.oldest(tx, func(R) bool { left--; return left >= 0 })
}

// oldest returns rows from the oldest on as long as they are to go.
func (a *Ages[R]) oldest(tx *Tx, goes func(row R) bool) (old []R) {
	ascend(a.rows(tx), "", func(row any) bool {
		if !goes(row.(R)) {
			return false
		}
		old = append(old, row.(R))
		return true
	})
	return old
}

func (a *Ages[R]) remove(tx *Tx, rows []R) {
	for _, row := range rows {
		a.table.Delete(tx, row)
	}
}

// timeKey sorts as times after 1970 do.
func timeKey(at time.Time) string {
	seconds := binary.BigEndian.AppendUint64(make([]byte, 0, 12), uint64(at.Unix()))
	return string(binary.BigEndian.AppendUint32(seconds, uint32(at.Nanosecond())))
}
