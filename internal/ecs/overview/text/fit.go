package text

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// Listing is a table of texts that a terminal shows.
type Listing struct {
	Head []string // empty: there is none
	Rows [][]string
	// Names are the columns whose texts may be cut in their middle.
	Names []int
	// Below is the column from which on texts stand below their row where they have no room, with their head in
	// front; 0: none do.
	Below int
}

// leastName is the width to which a name may always be cut.
const leastName = 12

// Fit lays out the table in lines of at most a width, if it is not 0. Where whole rows are longer, ids are short.
func (t Listing) Fit(width int) string {
	whole := t.align()
	if fitsIn(whole, width) {
		return whole
	}
	t.Rows = shortRows(t.Rows)
	if short := t.align(); fitsIn(short, width) {
		return short
	}
	laid := &table{columns: make([]column, len(t.beside(t.Rows[0])))}
	copy(laid.columns, t.titles())
	for _, n := range t.Names {
		laid.columns[n].least, laid.columns[n].cut = leastName, cutMiddle
	}
	for _, row := range t.Rows {
		laid.items = append(laid.items, t.item(row))
	}
	laid.layOut(width)
	return laid.lines(width)
}

func (t Listing) align() string {
	if len(t.Head) == 0 {
		return Align(t.Rows)
	}
	return Align(slices.Concat([][]string{t.Head}, t.Rows))
}

func fitsIn(lines string, width int) bool {
	for line := range strings.Lines(lines) {
		if width > 0 && columns(strings.TrimSuffix(line, "\n")) > width {
			return false
		}
	}
	return true
}

// beside is what stays in its row.
func (t Listing) beside(row []string) []string {
	if t.Below > 0 {
		return row[:t.Below]
	}
	return row
}

func (t Listing) titles() (list []column) {
	if len(t.Head) > 0 {
		for _, title := range t.beside(t.Head) {
			list = append(list, column{title: title})
		}
	}
	return list
}

func (t Listing) item(row []string) *item {
	shown := &item{rows: [][]cell{nil}}
	for _, text := range t.beside(row) {
		shown.rows[0] = append(shown.rows[0], cell{text: text})
	}
	for n := len(shown.rows[0]); n < len(row); n++ {
		if row[n] != "-" {
			shown.notes = append(shown.notes, strings.ToLower(t.Head[n])+": "+row[n])
		}
	}
	return shown
}

// lines are the head, where there is one, and all items, without tones.
func (t *table) lines(width int) string {
	var out strings.Builder
	if head := cut(t.head(), width); head != "" {
		out.WriteString(head + "\n")
	}
	for _, item := range t.items {
		for _, line := range item.lines {
			for _, piece := range line {
				out.WriteString(piece.text)
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

var uuid = lazyregexp.New(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)

// shortRows have short ids of tasks, which commands take as well, and UUIDs without most of their digits.
func shortRows(rows [][]string) (short [][]string) {
	for _, row := range rows {
		row = slices.Clone(row)
		for n := range row {
			row[n] = taskID.ReplaceAllStringFunc(row[n], activity.ShortID)
			row[n] = uuid.ReplaceAllStringFunc(row[n], func(id string) string { return activity.ShortID(id) + "…" })
		}
		short = append(short, row)
	}
	return short
}
