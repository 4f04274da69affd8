package console

import (
	"net/http"
	"slices"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// document is a whole page, whose script follows the stream at an address; empty: there is none.
func (c *Console) document(out rendered, live string) g.Node {
	body := g.Group{}
	for _, f := range out.fragments {
		body = append(body, h.Raw(f.html)) // which render has made
	}
	return g.Group{h.Raw("<!doctype html>"), h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")), h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.TitleEl(h.Text(out.title)),
			h.Link(h.Rel("icon"), h.Href(static("icon.svg"))), h.Link(h.Rel("stylesheet"), h.Href(static("style.css"))),
			h.Script(h.Src(static("script.js")), h.Defer())),
		h.Body(
			h.A(h.Class("skip"), h.Href("#main"), h.Text("Skip to the content")),
			h.Header(h.Raw(out.links), c.clock()),
			h.P(h.ID("connection"), h.Role("status"), h.Aria("live", "polite"), h.Hidden()),
			h.Main(h.ID("main"), h.TabIndex("-1"), g.If(live != "", h.Data("live", live)), body),
			h.Footer(h.P(page.Textf("ecs-emulator %s. Times are of the emulator's clock, in UTC.", c.Version)))))}
}

// links are what the head of a page leads to. They name the account and region unless these are the ones without a choice, which
// changes with what there is.
func (c *Console) links(r *page.Request, to *found) string {
	return render(g.Group{h.A(h.ID("first"), h.Class("name"), h.Href(r.To()), h.Text("ecs-emulator")), c.nav(r, to), c.scopeLinks(r)})
}

// nav is the list of pages.
func (c *Console) nav(r *page.Request, to *found) g.Node {
	items := g.Group{}
	for i := range c.pages {
		p := &c.pages[i]
		if p.Nav == "" {
			continue
		}
		items = append(items, h.Li(h.A(h.Href(r.To(p.parts...)), current(p, to), page.Text(p.Nav))))
	}
	return h.Nav(h.ID("pages"), h.Aria("label", "Pages"), h.Ul(items))
}

// current marks a page of the list that is shown, or that leads to the one which is.
func current(p *route, to *found) g.Node {
	switch {
	case to == nil:
		return nil
	case p.Pattern == to.Pattern:
		return h.Aria("current", "page")
	case p.Pattern == to.Within && to.Nav == "":
		return h.Aria("current", "true")
	}
	return nil
}

// scopeLinks lead to the same kind of things of other accounts and regions, once there are two.
func (c *Console) scopeLinks(r *page.Request) g.Node {
	items := g.Group{}
	there := scopes(r.Tx)
	if len(there) > 1 {
		for _, scope := range there {
			items = append(items, h.Li(h.A(h.Href(r.In(scope)), g.If(scope == r.Scope, h.Aria("current", "true")), page.Text(scopeName(scope, there)))))
		}
	}
	return h.Nav(h.ID("scopes"), h.Aria("label", "Accounts and regions"), g.If(len(items) > 0, h.Ul(items)))
}

// scopeName is the region, with the account if there are several.
func scopeName(s arn.Scope, there []arn.Scope) string {
	for _, other := range there {
		if other.Account != s.Account {
			return s.Region + " " + s.Account
		}
	}
	return s.Region
}

// show answers a GET with the page.
func (c *Console) show(w http.ResponseWriter, r *http.Request, to *found) {
	asked, err := c.request(r, to)
	if asked == nil {
		c.refuse(w, r, err)
		return
	}
	out := c.read(asked, to, err, nil)
	c.write(w, r, out.status, c.document(out, c.live(asked)))
}

// live is the address of a page's stream. Of an account and region that are shown because something is only there it names these:
// once something is elsewhere they are not those without a choice.
func (c *Console) live(r *page.Request) string {
	if r.Scope != c.Scope && slices.Contains(scopes(r.Tx), r.Scope) {
		return page.Local(r.Fixed())
	}
	return page.Local(r.Self())
}

// refuse answers with what is wrong, where no page is to be shown.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, _ := refusalOf(err)
	nowhere := &found{route: &route{}}
	asked := c.newRequest(nowhere, nil)
	view := refusalView(e)
	out := rendered{title: titleOf(view), links: c.links(asked, nil)}
	out.add("top", top(asked, view))
	for _, s := range view.Sections {
		out.add("section-"+s.ID, section(s))
	}
	c.write(w, r, e.Status, c.document(out, ""))
}

func (c *Console) write(w http.ResponseWriter, r *http.Request, status int, document g.Node) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = document.Render(w) // a client that went away is no concern of ours
	}
}
