package text

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// table is a table before and after it has been laid out.
type table struct {
	columns []column
	items   []*item
	count   int // of items, with those that the overview leaves out
	shown   int // how many of items fit
	// notAsWanted is how many of count are not as wanted; nil: nothing is said of it.
	notAsWanted *int
	tails       string // what the tails are; empty: reasons
	// reasons is where tails begin, if one of them is behind the columns, and room what is kept free
	// for them of what optional columns would take.
	reasons, room int
}

// column is a column of a table. One that has nothing in any row is left out.
type column struct {
	title string
	right bool
	// least is the width to which long texts may be cut; 0: they are not.
	least int
	// enough is the width to which they are cut for an optional column; 0: least.
	enough int
	cut    func(text string, room int) string // nil: at their end
	// optional columns are left out where there is no room, the last one first.
	optional bool
	natural  int // the width of what it has
	width    int
}

// cell is a text with a tone.
type cell struct {
	text string
	tone Tone
	// short is shown where there is no room for the text; empty: the text is cut.
	short string
}

// in is the text that a width has room for.
func (c cell) in(width int) string {
	if c.short != "" && columns(c.text) > width {
		return c.short
	}
	return c.text
}

// item is a row of a table, or several that belong together.
type item struct {
	rows [][]cell
	// tail stands behind the last column, or where it does not fit below.
	tail string
	// notes stand below, a line each.
	notes       []string
	notAsWanted bool

	lines [][]cell
}

const gap = "  "

// tone is the tone of the tail and the notes.
func (i *item) tone() Tone {
	if i.notAsWanted {
		return Busy
	}
	return Faint
}

// layOut makes lines of at most a width, if it is not 0.
func (t *table) layOut(width int) {
	t.clean()
	t.measure()
	if width > 0 {
		t.narrow(width)
	}
	for _, i := range t.items {
		t.layOutItem(i, width)
	}
}

// clean has each text in a line of its own: clients choose groups and reasons.
func (t *table) clean() {
	for _, i := range t.items {
		for _, row := range i.rows {
			for n := range row {
				row[n].text = activity.OneLine(row[n].text)
			}
		}
		i.tail = activity.OneLine(i.tail)
		for n := range i.notes {
			i.notes[n] = activity.OneLine(i.notes[n])
		}
	}
}

// measure gives columns the width of what they have, and those that have nothing none.
func (t *table) measure() {
	for n := range t.columns {
		c := &t.columns[n]
		for _, i := range t.items {
			for _, row := range i.rows {
				c.natural = max(c.natural, columns(row[n].text))
			}
		}
		if c.natural > 0 {
			c.natural = max(c.natural, len(c.title))
		}
		c.width = c.natural
	}
}

// narrow cuts columns to what is enough of them, leaves out optional ones, cuts columns as far as they may be where
// that does not do, and has the narrowest of those that were cut share what room is left.
func (t *table) narrow(width int) {
	for n := range t.columns {
		if c := &t.columns[n]; c.least > 0 {
			c.width = min(c.natural, max(c.least, c.enough, len(c.title)))
		}
	}
	for n := range slices.Backward(t.columns) {
		if t.columns[n].optional && t.width()+t.room > width {
			t.columns[n].natural, t.columns[n].width = 0, 0
		}
	}
	for n := range t.columns {
		if c := &t.columns[n]; c.least > 0 && t.width() > width {
			c.width = min(c.natural, max(c.least, len(c.title)))
		}
	}
	for t.width() < width {
		var narrowest *column
		for n := range t.columns {
			if c := &t.columns[n]; c.width < c.natural && (narrowest == nil || c.width < narrowest.width) {
				narrowest = c
			}
		}
		if narrowest == nil {
			return
		}
		narrowest.width++
	}
}

func (t *table) width() (sum int) {
	for _, c := range t.columns {
		if c.width > 0 {
			sum += c.width + len(gap)
		}
	}
	return sum - len(gap)
}

func (t *table) layOutItem(i *item, width int) {
	used := 0
	for _, row := range i.rows {
		var line []cell
		line, used = t.line(row)
		i.lines = append(i.lines, line)
	}
	last := len(i.lines) - 1
	switch {
	case i.tail == "":
	case width == 0 || t.width()+len(gap)+columns(i.tail) <= width:
		t.reasons = t.width() + len(gap)
		i.lines[last] = append(i.lines[last], cell{text: strings.Repeat(" ", t.reasons-used)}, cell{text: i.tail, tone: i.tone()})
	default:
		i.notes = append(i.notes, i.tail)
	}
	for _, note := range i.notes {
		for _, line := range fold(note, width-len(gap)) {
			i.lines = append(i.lines, []cell{{text: gap + line, tone: i.tone()}})
		}
	}
	for n := range i.lines {
		i.lines[n] = clip(i.lines[n], width)
	}
}

// clip cuts a line, if it is wider than a width that is not 0.
func clip(line []cell, width int) []cell {
	used := 0
	for n, piece := range line {
		length := columns(piece.text)
		if width > 0 && used+length > width {
			if used == width {
				return line[:n]
			}
			line[n].text = cut(piece.text, width-used)
			return line[:n+1]
		}
		used += length
	}
	return line
}

// line lays out a row, without spaces at its end.
func (t *table) line(row []cell) (line []cell, used int) {
	for n, c := range t.columns {
		if c.width == 0 {
			continue
		}
		shorten := c.cut
		if shorten == nil {
			shorten = cut
		}
		text := shorten(row[n].in(c.width), c.width)
		pad := strings.Repeat(" ", c.width-columns(text))
		before := ""
		if len(line) > 0 {
			before = gap
		}
		if c.right {
			line = append(line, cell{text: before + pad}, cell{text: text, tone: row[n].tone})
		} else {
			line = append(line, cell{text: before}, cell{text: text, tone: row[n].tone}, cell{text: pad})
		}
	}
	for len(line) > 0 && strings.TrimSpace(line[len(line)-1].text) == "" {
		line = line[:len(line)-1]
	}
	for _, piece := range line {
		used += columns(piece.text)
	}
	return line, used
}

// head is the line above the columns.
func (t *table) head() string {
	titles := make([]cell, len(t.columns))
	for n, c := range t.columns {
		titles[n].text = c.title
	}
	line, _ := t.line(titles)
	var text strings.Builder
	for _, piece := range line {
		text.WriteString(piece.text)
	}
	if t.reasons > 0 {
		return text.String() + strings.Repeat(" ", t.reasons-columns(text.String())) + cmp.Or(t.tails, "REASON")
	}
	return text.String()
}

// rest says of those that are not shown whether they are as wanted.
func (t *table) rest() string {
	if t.notAsWanted == nil {
		return ""
	}
	left := *t.notAsWanted
	for _, i := range t.items[:t.shown] {
		if i.notAsWanted {
			left--
		}
	}
	if left == 0 {
		return ", all as wanted"
	}
	return ", " + number(left) + " of them not as wanted"
}

// fit shows as many items as a height has room for, a few of each table, or all if it is 0 or less. It
// reports whether there is room for empty lines between the tables.
func fit(tables []*table, height int) (spaced bool) {
	for _, t := range tables {
		t.shown = len(t.items)
	}
	if height <= 0 {
		return true
	}
	fill(tables, height-len(tables))
	for _, t := range tables {
		if t.shown < min(3, len(t.items)) {
			fill(tables, height)
			return false
		}
	}
	return true
}

// fill shows one more item of each table in turn, as long as there is room.
func fill(tables []*table, height int) {
	used := 2 * len(tables) // heads, and what does not fit is counted
	for _, t := range tables {
		t.shown = 0
	}
	for open := tables; len(open) > 0; {
		var next []*table
		for _, t := range open {
			if t.shown == len(t.items) {
				continue
			}
			lines := len(t.items[t.shown].lines)
			if t.shown+1 == t.count {
				lines-- // nothing is left to count
			}
			if used+lines > height {
				continue
			}
			used += lines
			t.shown++
			next = append(next, t)
		}
		open = next
	}
}
