package definitions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/runtask"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// readRevision reads the page of a revision.
func (s Sources) readRevision(r *page.Request) (*page.View, error) {
	d, err := find(r, r.Var("revision"))
	if err != nil {
		return nil, err
	}
	text := registration(d)
	name := d.Family + ":" + strconv.Itoa(d.Revision)
	view := &page.View{
		Title: name, Kind: "Task definition", Status: page.Status(string(d.Status)),
		Trail:    []page.Link{{Text: "Task definitions", To: r.To("definitions")}, {Text: d.Family, To: r.To("definitions", d.Family)}},
		Sections: []page.Section{{ID: "definition", Title: "Definition", Body: about(d)}},
	}
	if s.Check != nil {
		found := s.Check(text)
		view.Summary = "check finds " + counted(len(found), "thing", "things")
		if len(found) == 0 {
			view.Summary = "check finds nothing"
		}
		view.Sections = append(view.Sections, page.Section{ID: "check", Title: "What check finds", Wide: true, Body: findings(found)})
	}
	if !r.ReadOnly && d.Status == types.TaskDefinitionStatusActive {
		view.Sections = append(view.Sections, page.Section{ID: "run", Title: "Run", Body: runtask.Form(r, "", name)})
	}
	against, err := differenceFrom(r, d, text)
	if err != nil {
		return nil, err
	}
	view.Sections = append(view.Sections,
		page.Section{ID: "difference", Title: "Difference", Wide: true, Body: against},
		page.Section{ID: "json", Title: "JSON", Wide: true, Body: g.Group{
			page.Note("As aws ecs register-task-definition --cli-input-json takes it."), page.Pre("JSON of "+name, string(text)),
		}})
	return view, nil
}

// find finds a revision of the family of the page by its number.
func find(r *page.Request, revision string) (*taskdefinition.TaskDefinition, error) {
	family := r.Var("family")
	number, err := strconv.Atoi(revision)
	if err == nil {
		if d := taskdefinition.Find(r.Tx, r.Scope, family, number); d != nil {
			return d, nil
		}
	}
	all := taskdefinition.List(r.Tx, r.Scope, family)
	if len(all) == 0 {
		return nil, noFamily(r, family)
	}
	if err != nil {
		return nil, page.Invalid("%s is not the number of a revision of %s: there are %s.", revision, family, numbers(all))
	}
	var there []page.Link
	for _, d := range slices.Backward(all[max(0, len(all)-mostNamed):]) {
		there = append(there, page.Link{Text: d.Family + ":" + strconv.Itoa(d.Revision), To: r.To("definitions", d.Family, strconv.Itoa(d.Revision))})
	}
	return nil, page.NotFound(there, "There is no revision %d of the family %s.", number, family)
}

// numbers lists the numbers of the newest revisions.
func numbers(all []*taskdefinition.TaskDefinition) string {
	var list []string
	for _, d := range slices.Backward(all[max(0, len(all)-mostNamed):]) {
		list = append(list, strconv.Itoa(d.Revision))
	}
	return strings.Join(list, ", ")
}

func about(d *taskdefinition.TaskDefinition) g.Node {
	def := d.Definition()
	var containers []page.Row
	for _, c := range def.ContainerDefinitions {
		containers = append(containers, page.Row{ID: "container-" + aws.ToString(c.Name), Cells: []g.Node{
			page.Code(aws.ToString(c.Name)), page.Or(aws.ToString(c.Image)), page.Text(essential(c.Essential)), page.Or(mebibytes(c.MemoryReservation, c.Memory)),
		}})
	}
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(d.ARN)},
		{Name: "Launch types", Value: page.Or(compatibilities(def))},
		{Name: "Network mode", Value: page.Or(string(def.NetworkMode))},
		{Name: "CPU and memory", Value: page.Or(strings.Trim(aws.ToString(def.Cpu)+" / "+aws.ToString(def.Memory), " /"))},
		{Name: "Task role", Value: page.Or(aws.ToString(def.TaskRoleArn))},
		{Name: "Execution role", Value: page.Or(aws.ToString(def.ExecutionRoleArn))},
		{Name: "Registered", Value: page.Time(aws.ToTime(def.RegisteredAt))},
		{Name: "Registered by", Value: page.Or(aws.ToString(def.RegisteredBy))},
	}
	if def.DeregisteredAt != nil {
		pairs = append(pairs, page.Pair{Name: "Deregistered", Value: page.Time(*def.DeregisteredAt)})
	}
	return g.Group{page.Pairs(pairs...), page.Table("Containers", []string{"Container", "Image", "Essential", "Memory"}, containers)}
}

// essential says whether a task ends with a container: it does unless the definition says otherwise.
// Source: ECS API reference, ContainerDefinition.
func essential(b *bool) string {
	if b != nil && !*b {
		return "no"
	}
	return "yes"
}

// mebibytes are the bounds of a container's memory: reserved, and at most.
func mebibytes(reserved, most *int32) string {
	var list []string
	if reserved != nil {
		list = append(list, fmt.Sprintf("%d MiB reserved", *reserved))
	}
	if most != nil {
		list = append(list, fmt.Sprintf("%d MiB at most", *most))
	}
	return strings.Join(list, ", ")
}

// findings are what check finds, as a table.
func findings(found []Finding) g.Node {
	rows := make([]page.Row, 0, len(found))
	for i, f := range found {
		where := f.Member
		if where == "" {
			where = "the whole"
		}
		if f.Line > 0 {
			where += fmt.Sprintf(" (line %d)", f.Line)
		}
		what := f.Message
		if f.Hint != "" {
			what += " " + f.Hint
		}
		rows = append(rows, page.Row{ID: fmt.Sprintf("finding-%d", i), Cells: []g.Node{page.Text(where), page.Badge(toneOf(f.Effect), f.Effect), page.Or(f.Operation), page.Text(what)}})
	}
	return page.Table("What the emulator would refuse, and what would have no effect", []string{"Where", "Effect", "Operation", "What"}, rows)
}

func toneOf(effect string) page.Tone {
	switch effect {
	case "refused", "stops", "unreadable":
		return page.Bad
	}
	return page.Neutral
}

// differenceFrom is what makes the revision of another one, which the parameter against chooses.
func differenceFrom(r *page.Request, d *taskdefinition.TaskDefinition, text []byte) (g.Node, error) {
	body := g.Group{choices(r, d)}
	against := r.Query.Get("against")
	if against == "" {
		return body, nil
	}
	other, err := find(r, against)
	if err != nil {
		return nil, err
	}
	name := func(d *taskdefinition.TaskDefinition) string { return d.Family + ":" + strconv.Itoa(d.Revision) }
	lines := difference(strings.Split(string(registration(other)), "\n"), strings.Split(string(text), "\n"))
	if len(lines) == 0 {
		return append(body, page.Note(name(other)+" is the same.")), nil
	}
	label := "What makes " + name(d) + " of " + name(other)
	return append(body, h.Pre(h.Class("difference"), h.TabIndex("0"), h.Aria("label", label), h.Code(g.Map(lines, lineNode)))), nil
}

// lineNode is a line with its mark, as programs that show differences have it.
func lineNode(l line) g.Node {
	switch l.change {
	case removed:
		return g.Group{h.El("del", page.Text("- "+l.text)), h.Text("\n")}
	case added:
		return g.Group{h.El("ins", page.Text("+ "+l.text)), h.Text("\n")}
	case leftOut:
		return h.Span(h.Class("left-out"), page.Textf("  … %s the same\n", counted(l.count, "line", "lines")))
	}
	return page.Text("  " + l.text + "\n")
}

// choices lead to the differences from other revisions, the newest ones and those just before this one.
func choices(r *page.Request, d *taskdefinition.TaskDefinition) g.Node {
	var links []page.Link
	all := taskdefinition.List(r.Tx, r.Scope, d.Family)
	for _, other := range slices.Backward(all) {
		if other.Revision != d.Revision && len(links) < mostNamed {
			links = append(links, page.Link{Text: "from revision " + strconv.Itoa(other.Revision), To: r.With("against", strconv.Itoa(other.Revision))})
		}
	}
	if len(links) == 0 {
		return page.Note("The family has no other revision.")
	}
	return page.Links(links)
}
