package definitions

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// statuses are those that lists can be narrowed to.
var statuses = []string{
	string(types.TaskDefinitionStatusActive), string(types.TaskDefinitionStatusInactive), string(types.TaskDefinitionStatusDeleteInProgress),
}

var heads = []string{"Task definition", "Status", "Launch types", "CPU (units)", "Memory (MiB)", "Images", "Registered"}

// readFamilies reads the page of all families, each with its newest revision.
func readFamilies(r *page.Request) (*page.View, error) {
	if err := r.CheckStatus(statuses[:2]...); err != nil {
		return nil, err
	}
	var all []*taskdefinition.Family
	for _, f := range taskdefinition.Families(r.Tx, r.Scope, "") {
		if r.Matches(f.Name) && has(r, f.Name) {
			all = append(all, f)
		}
	}
	families, paging, err := page.List(r, "families", all, func(f *taskdefinition.Family) string { return f.Name },
		func(a, b *taskdefinition.Family) int { return cmp.Compare(a.Name, b.Name) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(families))
	for _, f := range families {
		if d := newest(r, f.Name); d != nil {
			rows = append(rows, rowOf(r, d, page.A(f.Name, r.To("definitions", f.Name))))
		}
	}
	return &page.View{
		Title: "Task definitions", Summary: counted(paging.Total, "family", "families"),
		Sections: []page.Section{{ID: "families", Title: "Families", Wide: true, Body: g.Group{
			r.Filter("families", statuses[:2]...), page.Table("Families with their newest revision", withRevision(), rows), r.Pages(paging),
		}}},
	}, nil
}

// withRevision are the heads of a table of families.
func withRevision() []string {
	return slices.Insert(slices.Clone(heads), 1, "Revision")
}

// has reports whether a family is one to show: its status is ACTIVE if a revision is.
func has(r *page.Request, family string) bool {
	switch types.TaskDefinitionStatus(r.Query.Get("status")) {
	case types.TaskDefinitionStatusActive:
		return taskdefinition.Active(r.Tx, r.Scope, family) != nil
	case types.TaskDefinitionStatusInactive:
		return taskdefinition.Active(r.Tx, r.Scope, family) == nil && taskdefinition.Has(r.Tx, r.Scope, family)
	}
	return taskdefinition.Has(r.Tx, r.Scope, family)
}

// newest is the ACTIVE revision that RunTask takes for the family, or else the newest one; nil if there is none.
func newest(r *page.Request, family string) *taskdefinition.TaskDefinition {
	if d := taskdefinition.Active(r.Tx, r.Scope, family); d != nil {
		return d
	}
	all := taskdefinition.List(r.Tx, r.Scope, family)
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// rowOf is a row about a revision. With a name in front it has the revision in a cell of its own.
func rowOf(r *page.Request, d *taskdefinition.TaskDefinition, name ...g.Node) page.Row {
	def := d.Definition()
	link := page.A(d.Family+":"+strconv.Itoa(d.Revision), r.To("definitions", d.Family, strconv.Itoa(d.Revision)))
	cells := append(name, link, page.Status(string(d.Status)), page.Or(compatibilities(def)), page.Or(aws.ToString(def.Cpu)), page.Or(aws.ToString(def.Memory)),
		page.Or(images(def)), page.Time(aws.ToTime(def.RegisteredAt)))
	return page.Row{ID: "definition-" + d.Family + "-" + strconv.Itoa(d.Revision), Cells: cells}
}

// readFamily reads the page of a family: its revisions, the newest first.
func readFamily(r *page.Request) (*page.View, error) {
	family := r.Var("family")
	if err := r.CheckStatus(statuses...); err != nil {
		return nil, err
	}
	found := taskdefinition.List(r.Tx, r.Scope, family)
	if len(found) == 0 {
		return nil, noFamily(r, family)
	}
	status := types.TaskDefinitionStatus(r.Query.Get("status"))
	var all []*taskdefinition.TaskDefinition
	for _, d := range found {
		if (status == "" || d.Status == status) && (r.Query.Get("q") == "" || r.Matches(images(d.Definition()), strconv.Itoa(d.Revision))) {
			all = append(all, d)
		}
	}
	revisions, paging, err := page.List(r, "revisions", all, func(d *taskdefinition.TaskDefinition) string { return strconv.Itoa(d.Revision) },
		func(a, b *taskdefinition.TaskDefinition) int { return cmp.Compare(b.Revision, a.Revision) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(revisions))
	for _, d := range revisions {
		rows = append(rows, rowOf(r, d))
	}
	return &page.View{
		Title: family, Kind: "Task definition family", Trail: []page.Link{{Text: "Task definitions", To: r.To("definitions")}},
		Summary: counted(paging.Total, "revision", "revisions"),
		Sections: []page.Section{{ID: "revisions", Title: "Revisions", Wide: true, Body: g.Group{
			r.Filter("revisions by image", statuses...), page.Table("Revisions", heads, rows), r.Pages(paging),
		}}},
	}, nil
}

// noFamily refuses a family that has no revision, and names some that there are.
func noFamily(r *page.Request, family string) error {
	var there []page.Link
	for _, f := range taskdefinition.Families(r.Tx, r.Scope, "") {
		if len(there) < mostNamed && taskdefinition.Has(r.Tx, r.Scope, f.Name) {
			there = append(there, page.Link{Text: f.Name, To: r.To("definitions", f.Name)})
		}
	}
	return page.NotFound(there, "There is no task definition of the family %s.", family)
}

// mostNamed is how many things a refusal names.
const mostNamed = 20

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
