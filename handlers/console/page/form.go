package page

import (
	"slices"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
)

// Form is a form of an action. Its fields are named as the members of the operation's input.
type Form struct {
	// ID is unique in the page.
	ID     string
	Action string // the operation
	Title  string // above the fields; empty: there is none
	Fields []Field
	Submit string // what its button says
	// Danger: the button stands out, as what it does cannot be taken back.
	Danger bool
}

// Field is a field of a form.
type Field struct {
	Name, Label string
	Value       string
	// Kind is the type of an input: text, number, checkbox or hidden; with Options it is a choice of these. Empty is text.
	Kind     string
	Options  []Option
	Hint     string
	Required bool
}

// Option is a value that can be chosen.
type Option struct{ Value, Label string }

// Hidden is a field that is not shown.
func Hidden(name, value string) Field { return Field{Name: name, Value: value, Kind: "hidden"} }

// Post is a form that sends an action to its page, or nothing where the console is read only. After an error it has what was
// sent.
func (r *Request) Post(f Form) g.Node {
	if r.ReadOnly {
		return nil
	}
	class := ""
	if f.Danger {
		class = "danger"
	}
	return h.Form(h.ID(f.ID), h.Method("post"), h.Action(Local(r.Fixed())), h.Class("action"),
		g.If(f.Title != "", h.H3(Text(f.Title))),
		h.Input(h.Type("hidden"), h.Name("action"), h.Value(f.Action)),
		g.Map(f.Fields, func(field Field) g.Node { return r.field(f, field) }),
		h.Button(h.Type("submit"), g.If(class != "", h.Class(class)), Text(f.Submit)))
}

// field is a field, with what was sent of it if this form was sent with an error.
func (r *Request) field(f Form, field Field) g.Node {
	id := f.ID + "-" + field.Name
	if field.Kind == "hidden" {
		return h.Input(h.Type("hidden"), h.Name(field.Name), h.Value(field.Value))
	}
	if r.sent(f) {
		field.Value = r.Form.Get(field.Name)
	}
	described := g.If(field.Hint != "", h.Aria("describedby", id+"-hint"))
	hint := g.If(field.Hint != "", h.Small(h.ID(id+"-hint"), Text(field.Hint)))
	label := h.Label(h.For(id), Text(field.Label))
	switch {
	case len(field.Options) > 0:
		return h.Div(h.Class("field"), label, h.Select(h.ID(id), h.Name(field.Name), described, g.Map(field.Options, func(o Option) g.Node {
			return h.Option(h.Value(o.Value), g.If(o.Value == field.Value, h.Selected()), Text(o.Label))
		})), hint)
	case field.Kind == "checkbox":
		return h.Div(h.Class("field check"), h.Input(h.ID(id), h.Type("checkbox"), h.Name(field.Name), h.Value("true"),
			g.If(field.Value == "true", h.Checked()), described), label, hint)
	}
	kind := field.Kind
	if kind == "" {
		kind = "text"
	}
	return h.Div(h.Class("field"), label, h.Input(h.ID(id), h.Type(kind), h.Name(field.Name), h.Value(field.Value),
		h.AutoComplete("off"), g.If(field.Required, h.Required()), described), hint)
}

// sent reports whether a form is the one whose action was answered with an error: its hidden fields tell it from others of
// the same action.
func (r *Request) sent(f Form) bool {
	return r.Form != nil && r.Form.Get("action") == f.Action && !slices.ContainsFunc(f.Fields, func(field Field) bool {
		return field.Kind == "hidden" && r.Form.Get(field.Name) != field.Value
	})
}

// Filter has a list of the page show what has a text and a status: by the parameters q and status. Where the console is
// read only there are links alone.
func (r *Request) Filter(what string, statuses ...string) g.Node {
	links := make([]g.Node, 0, len(statuses)+1)
	link := func(text, status string) g.Node {
		return h.Li(h.A(h.Href(Local(r.With("status", status))), g.If(r.Query.Get("status") == status, h.Aria("current", "true")), Text(text)))
	}
	if len(statuses) > 0 {
		links = append(links, link("all", ""))
		for _, status := range statuses {
			links = append(links, link(status, status))
		}
	}
	list := g.If(len(links) > 0, h.Ul(h.Class("choices"), h.Aria("label", "status of "+what), g.Group(links)))
	if r.ReadOnly {
		return list
	}
	others := g.Group{}
	for _, name := range sortedNames(r.Query) {
		if name != "q" && name != "after" {
			others = append(others, h.Input(h.Type("hidden"), h.Name(name), h.Value(r.Query.Get(name))))
		}
	}
	path := Prefix + r.Path
	return h.Div(h.Class("filter"), list,
		h.Form(h.Role("search"), h.Method("get"), h.Action(Local(path)), others,
			h.Label(h.For("q"), Text("Search "+what)),
			h.Input(h.ID("q"), h.Type("search"), h.Name("q"), h.Value(r.Query.Get("q"))),
			h.Button(h.Type("submit"), h.Text("Search"))))
}

// Matches reports whether one of some texts has the text that the reader looks for, in capitals or not.
func (r *Request) Matches(texts ...string) bool {
	wanted := strings.ToLower(r.Query.Get("q"))
	return wanted == "" || slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), wanted) })
}

// CheckStatus refuses a parameter status that is none of some.
func (r *Request) CheckStatus(known ...string) error {
	if status := r.Query.Get("status"); status != "" && !slices.Contains(known, status) {
		return Invalid("status=%s: there are %s", status, strings.Join(known, ", "))
	}
	return nil
}

func sortedNames(query map[string][]string) []string {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
