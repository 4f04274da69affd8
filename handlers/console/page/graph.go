package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
)

// Graph is values over time, drawn with a table of the same values behind.
type Graph struct {
	ID, Caption string
	Series      []Series // at most four
}

// Series is a line of a graph.
type Series struct {
	Name   string
	Points []Point // by time
	// Level: it is a bound, which is drawn thin.
	Level bool
}

// Point is a value at a time.
type Point struct {
	At    time.Time
	Value float64
}

const graphWidth, graphHeight = 600.0, 120.0

// Node draws the graph.
func (gr Graph) Node() g.Node {
	from, to, top := gr.extent()
	if from.IsZero() {
		return Note(gr.Caption + ": no data points.")
	}
	lines := g.Group{}
	for i, s := range gr.Series {
		class := fmt.Sprintf("series s%d", i)
		if s.Level {
			class += " level"
		}
		lines = append(lines, h.El("polyline", h.Class(class), h.Attr("points", points(s, from, to, top))))
	}
	return h.Figure(h.ID(gr.ID), h.Class("graph"),
		h.FigCaption(Text(gr.Caption), h.Ul(h.Class("legend"), legend(gr.Series))),
		h.El("svg", h.Attr("viewBox", "0 0 600 120"), h.Attr("preserveAspectRatio", "none"), h.Role("img"),
			h.Aria("label", gr.Caption+", up to "+figure(top)+"; the table below has its values"), lines),
		h.P(h.Class("axis"), Time(from), h.Span(Text("up to "+figure(top))), Time(to)),
		Details(gr.ID+"-values", "Values", Table(gr.Caption, []string{"Time", "Series", "Value"}, gr.rows())))
}

func legend(all []Series) g.Group {
	var items g.Group
	for i, s := range all {
		items = append(items, h.Li(h.Class(fmt.Sprintf("s%d", i)), Text(s.Name)))
	}
	return items
}

func (gr Graph) rows() (rows []Row) {
	for _, s := range gr.Series {
		for _, p := range s.Points {
			rows = append(rows, Row{Cells: []g.Node{Time(p.At), Text(s.Name), Text(figure(p.Value))}})
		}
	}
	return rows
}

// extent is the time of the first and the last point, and the greatest value.
func (gr Graph) extent() (from, to time.Time, top float64) {
	for _, s := range gr.Series {
		for _, p := range s.Points {
			if from.IsZero() || p.At.Before(from) {
				from = p.At
			}
			if p.At.After(to) {
				to = p.At
			}
			top = max(top, p.Value)
		}
	}
	return from, to, top
}

func points(s Series, from, to time.Time, top float64) string {
	var b strings.Builder
	span := max(to.Sub(from).Seconds(), 1)
	for _, p := range s.Points {
		x, y := p.At.Sub(from).Seconds()/span*graphWidth, graphHeight-1
		if top > 0 {
			y -= max(p.Value, 0) / top * (graphHeight - 2)
		}
		fmt.Fprintf(&b, "%.1f,%.1f ", x, y)
	}
	return strings.TrimSuffix(b.String(), " ")
}

// figure is a number with as many digits as it needs.
func figure(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Mark is a moment of a bar.
type Mark struct {
	Name string
	At   time.Time
}

// Bar draws what passed between moments, of which those that are zero are left out, with a table of them behind. Unless the bar
// has ended, what goes on since the last one takes a third of it, however long that is.
func Bar(id, caption string, marks []Mark, ended bool) g.Node {
	var there []Mark
	for _, m := range marks {
		if !m.At.IsZero() {
			there = append(there, m)
		}
	}
	if len(there) == 0 {
		return nil
	}
	from, to := there[0].At, there[len(there)-1].At
	if !ended {
		to = to.Add(max(to.Sub(from)/2, time.Second))
	}
	total := max(to.Sub(from).Seconds(), 0.001)
	spans, rows := g.Group{}, []Row{}
	for i, m := range there {
		end := to
		if i+1 < len(there) {
			end = there[i+1].At
		}
		x, width := m.At.Sub(from).Seconds()/total*1000, end.Sub(m.At).Seconds()/total*1000
		took := h.Text(end.Sub(m.At).Round(time.Millisecond).String())
		switch {
		case i+1 == len(there) && ended:
			took = None()
		case i+1 == len(there):
			took = h.Text("goes on")
		}
		if width > 0 {
			spans = append(spans, h.El("rect", h.Class(fmt.Sprintf("span p%d", i%6)), h.Attr("x", fmt.Sprintf("%.1f", x)), h.Attr("y", "0"),
				h.Attr("width", fmt.Sprintf("%.1f", max(width, 2))), h.Attr("height", "24"), h.El("title", Text(m.Name))))
		}
		rows = append(rows, Row{ID: id + "-" + m.Name, Cells: []g.Node{h.Span(h.Class(fmt.Sprintf("key p%d", i%6)), Text(m.Name)), Time(m.At), took}})
	}
	return h.Figure(h.ID(id), h.Class("bar"),
		h.El("svg", h.Attr("viewBox", "0 0 1000 24"), h.Attr("preserveAspectRatio", "none"), h.Role("img"), h.Aria("label", caption+"; the table below has the times"), spans),
		Table(caption, []string{"What", "When", "Until the next"}, rows))
}
