package instruments

import (
	"cmp"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
)

// readFaults reads the page of faults. They are of the emulator as a whole, so no account or region chooses them.
func (s Sources) readFaults(r *page.Request) (*page.View, error) {
	var all []faults.Fault
	for _, f := range s.Faults.List() {
		if r.Matches(f.ID, string(f.Kind), f.Where(), f.How()) {
			all = append(all, f)
		}
	}
	number := func(f faults.Fault) int { n, _ := strconv.Atoi(f.ID); return n }
	shown, paging, err := page.List(r, "faults", all, func(f faults.Fault) string { return f.ID },
		func(a, b faults.Fault) int { return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.ID, b.ID)) })
	if err != nil {
		return nil, err
	}
	heads := []string{"Fault", "Kind", "Where", "How", "Has hit", "Note"}
	if !r.ReadOnly {
		heads = append(heads, "Clear")
	}
	rows := make([]page.Row, 0, len(shown))
	for _, f := range shown {
		cells := []g.Node{page.Text(f.ID), page.Text(string(f.Kind)), page.Text(cmp.Or(f.Where(), "everywhere")), page.Or(f.How()), page.Number(f.Used), page.Or(faults.Idle(r.Tx, f))}
		if !r.ReadOnly {
			cells = append(cells, r.Post(page.Form{ID: "clear-" + f.ID, Action: "clearFaults", Fields: []page.Field{page.Hidden("id", f.ID)}, Submit: "Clear fault " + f.ID}))
		}
		rows = append(rows, page.Row{ID: "fault-" + f.ID, Cells: cells})
	}
	view := &page.View{
		Title: "Faults", Summary: counted(paging.Total, "fault", "faults"),
		Sections: []page.Section{{ID: "faults", Title: "Faults", Wide: true, Body: g.Group{
			r.Filter("faults"), page.Table("Faults that hold, or will", heads, rows), r.Pages(paging), clearAll(r, len(all)),
		}}},
	}
	if !r.ReadOnly {
		view.Sections = append(view.Sections, page.Section{ID: "add", Title: "Add a fault", Wide: true, Body: addForm(r)})
	}
	return view, nil
}

func clearAll(r *page.Request, n int) g.Node {
	if n == 0 {
		return nil
	}
	return r.Post(page.Form{ID: "clear-all", Action: "clearFaults", Fields: []page.Field{page.Hidden("all", "true")}, Submit: "Clear all faults"})
}

// addForm is the form of a new fault: a field for each member, named as in the JSON of /_emulator/faults.
func addForm(r *page.Request) g.Node {
	kinds := page.Field{Name: "kind", Label: "Kind"}
	var rows []page.Row
	for _, kind := range faults.Kinds() {
		help, takes := faults.About(faults.Kind(kind))
		kinds.Options = append(kinds.Options, page.Option{Value: kind, Label: kind})
		rows = append(rows, page.Row{ID: "kind-" + kind, Cells: []g.Node{page.Code(kind), page.Text(strings.ReplaceAll(help, "`", "")), page.Text(strings.Join(takes, ", "))}})
	}
	form := page.Form{ID: "add-fault", Action: "addFault", Fields: []page.Field{kinds}, Submit: "Add the fault"}
	for _, m := range faults.Members() {
		form.Fields = append(form.Fields, page.Field{Name: m.Name, Label: m.Name, Hint: strings.ReplaceAll(m.Help, "`", "")})
	}
	return g.Group{r.Post(form), page.Details("kinds", "What the kinds do, and which members each takes", page.Table("Kinds of faults", []string{"Kind", "What happens", "Members"}, rows))}
}

// addFault adds a fault.
func (s Sources) addFault(r *page.Request) (to string, err error) {
	wanted := faults.Fault{Kind: faults.Kind(r.Field("kind"))}
	for _, m := range faults.Members() {
		if text := r.Field(m.Name); text != "" {
			if err := m.Set(&wanted, text); err != nil {
				return "", page.Invalid("%s", err.Error())
			}
		}
	}
	if _, err := s.Faults.Add(wanted); err != nil {
		return "", page.Invalid("%s", err.Error())
	}
	return "", nil
}

// clearFaults ends one fault, or all without an id.
func (s Sources) clearFaults(r *page.Request) (to string, err error) {
	if id := r.Field("id"); !s.Faults.Clear(id) && id != "" {
		return "", page.NotFound(nil, "No fault has the id %s: it may have ended.", id)
	}
	return "", nil
}
