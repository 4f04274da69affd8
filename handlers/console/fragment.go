package console

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// fragment is a part of a page that is sent again when it changes: an element with an id.
type fragment struct{ id, html string }

// rendered is a page as a stream has it.
type rendered struct {
	status    int
	title     string
	fragments []fragment // of main
	links     string     // elements beside main
}

// read has a page read, and a refusal is a page, too. sent is the refusal of an action that the page shows; nil: there is none.
// A page that panics is one that cannot be shown: a stream has no server above it that would go on.
func (c *Console) read(r *page.Request, to *found, chosen error, sent *page.Refusal) (out rendered) {
	defer func() {
		if p := recover(); p != nil {
			text := fmt.Sprintf("the page cannot be shown: %v", p)
			if c.failures.news(r.Self(), text) {
				c.Log.Error("a page of the console panics", "path", to.path, "panic", p, "stack", string(debug.Stack()))
			}
			out = c.lay(r, to, refusalView(&page.Refusal{Status: http.StatusInternalServerError, Message: text}), http.StatusInternalServerError, sent)
		}
	}()
	view, err := (*page.View)(nil), chosen
	if err == nil {
		if view, err = to.Read(r); err == nil {
			err = r.CheckCursor()
		}
	}
	status := http.StatusOK
	if err != nil {
		refusal, known := refusalOf(err)
		if !known && r.Context.Err() == nil && c.failures.news(r.Self(), err.Error()) {
			c.Log.Error("a page of the console cannot be shown", "path", to.path, "error", err)
		}
		view, status = refusalView(refusal), refusal.Status
	} else {
		c.failures.news(r.Self(), "")
		if sent != nil {
			status = sent.Status
		}
	}
	return c.lay(r, to, view, status, sent)
}

// lay renders a page.
func (c *Console) lay(r *page.Request, to *found, view *page.View, status int, sent *page.Refusal) rendered {
	out := rendered{status: status, title: titleOf(view), links: c.links(r, to)}
	out.add("top", top(r, view))
	if sent != nil {
		out.add("refused", refused(sent))
	}
	for _, s := range view.Sections {
		out.add("section-"+s.ID, section(s))
	}
	return out
}

func (out *rendered) add(id string, node g.Node) {
	out.fragments = append(out.fragments, fragment{id, render(node)})
}

func refusalView(e *page.Refusal) *page.View {
	v := &page.View{Title: http.StatusText(e.Status), Summary: e.Error()}
	if len(e.There) > 0 {
		v.Sections = []page.Section{{ID: "there", Title: "There is", Body: page.Links(e.There)}}
	}
	return v
}

func titleOf(v *page.View) string {
	title := v.Title
	if v.Kind != "" {
		title += " · " + v.Kind
	}
	return page.Visible(title) + " · ecs-emulator"
}

// top is what stands above the sections of a page.
func top(r *page.Request, v *page.View) g.Node {
	trail := g.Group{}
	for _, l := range v.Trail {
		trail = append(trail, h.Li(page.A(l.Text, l.To)))
	}
	if len(trail) > 0 {
		trail = append(trail, h.Li(h.A(h.Href(page.Local(r.Self())), h.Aria("current", "page"), page.Text(v.Title))))
	}
	return h.Div(h.ID("top"), h.Data("title", titleOf(v)),
		g.If(len(trail) > 0, h.Nav(h.Class("trail"), h.Aria("label", "above this page"), h.Ol(trail))),
		h.Div(h.Class("heading"), g.If(v.Kind != "", h.P(h.Class("kind"), page.Text(v.Kind))), h.H1(page.Text(v.Title)), v.Status),
		h.P(h.ID("summary"), h.Role("status"), h.Aria("live", "polite"), page.Text(v.Summary)))
}

func section(s page.Section) g.Node {
	id := "section-" + s.ID
	return h.Section(h.ID(id), g.If(s.Wide, h.Class("wide")), h.Aria("labelledby", id+"-title"), h.H2(h.ID(id+"-title"), page.Text(s.Title)), s.Body)
}

// refused is AWS's error of an action.
func refused(e *page.Refusal) g.Node {
	return h.Div(h.ID("refused"), h.Class("refused"), h.Role("status"), h.Aria("live", "polite"), h.Strong(page.Text(e.Code)), h.Text(" "), page.Text(e.Message))
}

// clock shows the emulator's time, which the script has go on.
func (c *Console) clock() g.Node {
	now, speed := c.Sources.Clock.Now().UTC(), c.Sources.Clock.Speed()
	text := now.Format("2006-01-02 15:04:05") + " UTC"
	if speed != 1 {
		text += " · speed " + strconv.FormatFloat(speed, 'g', 6, 64)
	}
	return h.P(h.ID("clock"), h.Data("now", strconv.FormatInt(now.UnixMilli(), 10)), h.Data("speed", strconv.FormatFloat(speed, 'g', -1, 64)),
		h.Time(h.DateTime(now.Format(time.RFC3339)), h.Text(text)))
}

func render(n g.Node) string {
	var b strings.Builder
	if n != nil {
		_ = n.Render(&b) // a builder takes all
	}
	return b.String()
}
