package page

import (
	"net/url"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
)

// Row is a row of a table. ID is unique in the page; it keeps what the reader has done with the row while the page changes.
type Row struct {
	ID    string
	Cells []g.Node // the first one is the row's header
}

// ID is an id of parts, also of names that users give: it has no space, and other parts have another one.
func ID(parts ...string) string {
	escaped := make([]string, 0, len(parts))
	for _, part := range parts {
		escaped = append(escaped, url.PathEscape(part))
	}
	return strings.Join(escaped, "/")
}

// Table is a table with a caption and the heads of its columns, which scrolls by itself where it is too wide. Without rows
// it says that there are none.
func Table(caption string, heads []string, rows []Row) g.Node {
	if len(rows) == 0 {
		return Note(caption + ": none.")
	}
	return h.Div(h.Class("scrolls"), h.TabIndex("0"), h.Role("region"), h.Aria("label", caption),
		h.Table(h.Caption(Text(caption)),
			h.THead(h.Tr(g.Map(heads, func(head string) g.Node { return h.Th(h.Scope("col"), h.Text(head)) }))),
			h.TBody(g.Map(rows, row)),
		))
}

func row(r Row) g.Node {
	cells := make(g.Group, 0, len(r.Cells)+1)
	if r.ID != "" {
		cells = append(cells, h.ID(r.ID))
	}
	for i, cell := range r.Cells {
		if i == 0 {
			cells = append(cells, h.Th(h.Scope("row"), cell))
			continue
		}
		cells = append(cells, h.Td(cell))
	}
	return h.Tr(cells)
}
