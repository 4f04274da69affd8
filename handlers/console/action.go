package console

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

const (
	// maxFields bounds the fields of a form, in bytes.
	maxFields = 1 << 20
	// confirmed is the field that answers a question.
	confirmed = "confirmed"
)

// act answers a POST: it does what the form says, or asks first.
func (c *Console) act(w http.ResponseWriter, r *http.Request, to *found) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		c.refuse(w, r, &page.Refusal{Status: http.StatusUnsupportedMediaType, Message: "an action is a form: application/x-www-form-urlencoded"})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	if err := r.ParseForm(); err != nil {
		c.refuse(w, r, page.Invalid("the form cannot be read: %v", err))
		return
	}
	asked, err := c.request(r, to)
	if asked == nil {
		c.refuse(w, r, err)
		return
	}
	asked.Form = r.PostForm
	if err == nil {
		var leads string
		if leads, err = c.do(w, r, asked, to); err == nil {
			if leads != "" {
				w.Header().Set("Location", page.Local(leads))
				w.WriteHeader(http.StatusSeeOther)
			}
			return
		}
	}
	refusal, known := refusalOf(err)
	if !known {
		c.Log.Error("an action of the console has failed", "path", to.path, "action", asked.Field("action"), "error", err)
	}
	c.showRefused(w, r, to, asked, refusal)
}

// do does an action, and returns where the answer leads; empty: it has been answered with a question.
func (c *Console) do(w http.ResponseWriter, r *http.Request, asked *page.Request, to *found) (leads string, err error) {
	action, there := to.Actions[asked.Field("action")]
	if !there {
		if len(to.Actions) == 0 {
			return "", page.Invalid("action=%s: this page has no actions", asked.Field("action"))
		}
		return "", page.Invalid("action=%s: this page has %s", asked.Field("action"), strings.Join(slices.Sorted(maps.Keys(to.Actions)), ", "))
	}
	if action.Ask != nil && asked.Field(confirmed) != "yes" {
		question, err := action.Ask(asked)
		if err != nil {
			return "", err
		}
		if question != nil {
			c.ask(w, r, asked, *question)
			return "", nil
		}
	}
	if leads, err = action.Do(asked); err != nil {
		return "", err
	}
	if leads == "" {
		leads = asked.Self()
	}
	return leads, nil
}

// showRefused answers with the page, what was sent in its form, and AWS's error.
func (c *Console) showRefused(w http.ResponseWriter, r *http.Request, to *found, asked *page.Request, e *page.Refusal) {
	asked.Tx, asked.Now = c.Sources.Store.Read(), c.Sources.Clock.Now()
	out := c.read(asked, to, nil, e)
	if out.status < http.StatusBadRequest {
		out.status = http.StatusBadRequest
	}
	c.write(w, r, out.status, c.document(out, ""))
}

// ask answers with a question: a page whose form says yes.
func (c *Console) ask(w http.ResponseWriter, r *http.Request, asked *page.Request, q page.Question) {
	fields := g.Group{}
	for _, name := range slices.Sorted(maps.Keys(asked.Form)) {
		if name == confirmed {
			continue
		}
		for _, value := range asked.Form[name] {
			fields = append(fields, h.Input(h.Type("hidden"), h.Name(name), h.Value(value)))
		}
	}
	out := rendered{title: titleOf(&page.View{Title: q.Title}), links: c.links(asked, nil)}
	out.add("top", top(asked, &page.View{Title: q.Title, Summary: q.Text}))
	out.add("question", h.Form(h.ID("question"), h.Method("post"), h.Action(page.Local(asked.Fixed())), fields,
		h.Input(h.Type("hidden"), h.Name(confirmed), h.Value("yes")),
		h.Button(h.Type("submit"), h.Class("danger"), page.Text(q.Yes)), page.A("No, go back", asked.Self())))
	c.write(w, r, http.StatusOK, c.document(out, ""))
}
