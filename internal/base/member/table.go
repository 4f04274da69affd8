// Package member holds what becomes of the members of requests: whether a member
// acts, is refused, or is kept without effect. Tables say so by type, one row for a
// member, and a Plan finds by them what a value has that is refused.
//
// A row's path leads from the table's type to the member as users write it, with []
// for the items of a list: "linuxParameters.tmpfs[].size". A refused member is refused
// with all that is in it; of others each leaf has a row of its own.
package member

import (
	"reflect"
	"slices"
	"strings"
)

// Fate is what becomes of a member.
type Fate string

// The fates of members.
const (
	Acts    Fate = "acts"
	Refused Fate = "refused"
	Kept    Fate = "kept" // without effect, because it has no meaning on one machine
)

// Row is what becomes of one member.
type Row struct {
	Path string
	Fate Fate
	// Note is the limit of what acts, what is missing for what is refused, and why what
	// is kept has no effect.
	Note string
	// Words are those in which AWS refuses the member itself; empty where it does not,
	// and the refusal is the emulator's.
	Words string

	only []string // the values that act; others are refused
}

// Table is the rows of a type's members.
type Table struct {
	Type  reflect.Type
	Title string // for users: where the type is found
	Rows  []Row
}

// Of makes the table of a type.
func Of[T any](title string, rows ...[]Row) Table {
	t := Table{Type: reflect.TypeFor[T](), Title: title}
	for _, list := range rows {
		t.Rows = append(t.Rows, list...)
	}
	return t
}

func Act(paths ...string) []Row {
	rows := make([]Row, len(paths))
	for i, path := range paths {
		rows[i] = Row{Path: path, Fate: Acts}
	}
	return rows
}

// ActInPart is a member that acts, but for what the note says.
func ActInPart(path, note string) []Row {
	return []Row{{Path: path, Fate: Acts, Note: note}}
}

// ActOnly is a member of which one value acts; others are refused.
func ActOnly(path, value, note string) []Row { return ActOnlyAs(path, []string{value}, note) }

// ActOnlyAs is a member of which some values act; others are refused.
func ActOnlyAs(path string, values []string, note string) []Row {
	return []Row{{Path: path, Fate: Acts, Note: note, only: values}}
}

// Refuse is a member that the emulator refuses.
func Refuse(path, note string) []Row {
	return []Row{{Path: path, Fate: Refused, Note: note}}
}

// RefuseAs is a member that AWS refuses too, in these words. Some rule of its own does
// so first; the plan refuses what that rule lets through.
func RefuseAs(path, words string) []Row {
	return []Row{{Path: path, Fate: Refused, Words: words}}
}

// Instead are rows in which others take the place of those of the same member, or of the
// structure that they are in.
func Instead(rows, others []Row) []Row {
	left := slices.DeleteFunc(slices.Clone(rows), func(row Row) bool {
		return slices.ContainsFunc(others, func(other Row) bool {
			rest, same := strings.CutPrefix(other.Path, row.Path)
			return same && (rest == "" || rest[0] == '.' || rest[0] == '[')
		})
	})
	return append(left, others...)
}

// Keep is a member without effect.
func Keep(path, note string) []Row {
	return []Row{{Path: path, Fate: Kept, Note: note}}
}
