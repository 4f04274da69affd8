package scaling

import (
	"cmp"
	"fmt"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// readTargets reads the page of all services that Application Auto Scaling scales.
func (s Sources) readTargets(r *page.Request) (*page.View, error) {
	var all []*applicationautoscaling.Target
	for _, t := range applicationautoscaling.TargetsIn(r.Tx, r.Scope, types.ServiceNamespaceEcs) {
		if r.Matches(t.Resource) {
			all = append(all, t)
		}
	}
	shown, paging, err := page.List(r, "targets", all, func(t *applicationautoscaling.Target) string { return t.Resource },
		func(a, b *applicationautoscaling.Target) int { return cmp.Compare(a.Resource, b.Resource) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, t := range shown {
		rows = append(rows, s.row(r, t))
	}
	return &page.View{
		Title: "Service auto scaling", Summary: counted(paging.Total, "scalable target", "scalable targets"),
		Sections: []page.Section{{ID: "targets", Title: "Scalable targets", Wide: true, Body: g.Group{
			r.Filter("scalable targets"),
			page.Table("Scalable targets", []string{"Service", "Minimum", "Maximum", "Desired", "Running", "Policies", "What holds it"}, rows), r.Pages(paging),
		}}},
	}, nil
}

func (s Sources) row(r *page.Request, t *applicationautoscaling.Target) page.Row {
	cluster, name := t.Of().ClusterAndName()
	cells := []g.Node{page.A(cluster+"/"+name, r.To("scaling", cluster, name)), page.Number(int(t.Min)), page.Number(int(t.Max))}
	report := s.Report(r.Tx, t.Of().Service())
	if report == nil {
		cells = append(cells, page.None(), page.None(), page.None(), page.Text("there is no such service"))
	} else {
		cells = append(cells, page.Number(int(report.Desired)), page.Number(int(report.Running)), page.Number(len(report.Policies)), page.Or(strings.Join(report.Held, "; ")))
	}
	return page.Row{ID: page.ID("target", cluster, name), Cells: cells}
}

// readTarget reads the page of a service that is scaled.
func (s Sources) readTarget(r *page.Request) (*page.View, error) {
	cluster, name := r.Var("cluster"), r.Var("service")
	of := applicationautoscaling.ResourceOfService(r.Scope.Service(cluster, name))
	t := applicationautoscaling.FindTarget(r.Tx, of)
	if t == nil {
		return nil, noTarget(r, cluster, name)
	}
	view := &page.View{
		Title: cluster + "/" + name, Kind: "Scalable target",
		Trail: []page.Link{{Text: "Service auto scaling", To: r.To("scaling")}},
	}
	report := s.Report(r.Tx, of.Service())
	if report == nil {
		view.Summary = "There is no such service."
	} else {
		view.Summary = fmt.Sprintf("%d desired of %d to %d", report.Desired, t.Min, t.Max)
		if len(report.Held) > 0 {
			view.Summary += "; " + strings.Join(report.Held, "; ")
		}
	}
	view.Sections = append(view.Sections, page.Section{ID: "target", Title: "Scalable target", Body: aboutTarget(r, t)})
	if report != nil {
		view.Sections = append(view.Sections, s.policies(r, report), scheduled(report))
	}
	activities, err := activitiesOf(r, of)
	if err != nil {
		return nil, err
	}
	view.Sections = append(view.Sections, page.Section{ID: "activities", Title: "Activities", Wide: true, Body: activities})
	return view, nil
}

func noTarget(r *page.Request, cluster, name string) error {
	var there []page.Link
	for _, t := range applicationautoscaling.TargetsIn(r.Tx, r.Scope, types.ServiceNamespaceEcs) {
		if len(there) < mostNamed {
			cluster, name := t.Of().ClusterAndName()
			there = append(there, page.Link{Text: cluster + "/" + name, To: r.To("scaling", cluster, name)})
		}
	}
	return page.NotFound(there, "There is no scalable target service/%s/%s.", cluster, name)
}

func aboutTarget(r *page.Request, t *applicationautoscaling.Target) g.Node {
	cluster, name := t.Of().ClusterAndName()
	var suspended []string
	for _, each := range []struct {
		is   bool
		what string
	}{{t.Suspended.In, "scaling in"}, {t.Suspended.Out, "scaling out"}, {t.Suspended.Scheduled, "scheduled scaling"}} {
		if each.is {
			suspended = append(suspended, each.what)
		}
	}
	return page.Pairs(
		page.Pair{Name: "Service", Value: page.A(name, r.To("services", cluster, name))},
		page.Pair{Name: "ARN", Value: page.Code(t.ARN())},
		page.Pair{Name: "Minimum", Value: page.Number(int(t.Min))},
		page.Pair{Name: "Maximum", Value: page.Number(int(t.Max))},
		page.Pair{Name: "Suspended", Value: page.Or(strings.Join(suspended, ", "))},
		page.Pair{Name: "Role", Value: page.Or(t.RoleARN)},
		page.Pair{Name: "Registered", Value: page.Time(t.CreatedAt)},
	)
}
