package stacks

import (
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// readStack reads the page of a stack.
func readStack(r *page.Request) (*page.View, error) {
	name := r.Var("name")
	s := cloudformation.FindStack(r.Tx, r.Scope, name)
	if s == nil {
		return nil, noStack(r, name)
	}
	said := overview.ReadStack(r.Tx, s)
	view := &page.View{
		Title: s.Name, Kind: "Stack", Status: page.Status(string(s.Status)), Summary: summary(s, said), Trail: []page.Link{{Text: "Stacks", To: r.To("stacks")}},
		Sections: []page.Section{{ID: "stack", Title: "Stack", Body: about(r, s)}},
	}
	if s.Status.InProgress() {
		view.Sections = append(view.Sections, page.Section{ID: "waits", Title: "What it waits for", Wide: true, Body: waits(s, said)})
	}
	if said.Failure != nil || said.RollbackFailure != nil {
		view.Sections = append(view.Sections, page.Section{ID: "failures", Title: "What has failed first", Wide: true, Body: failures(s, said)})
	}
	resources, err := resourcesOf(r, s)
	if err != nil {
		return nil, err
	}
	events, err := eventsOf(r, s)
	if err != nil {
		return nil, err
	}
	view.Sections = append(view.Sections,
		page.Section{ID: "parameters", Title: "Parameters", Body: parameters(s)},
		page.Section{ID: "outputs", Title: "Outputs", Body: outputs(s)},
		page.Section{ID: "search", Title: "Search", Wide: true, Body: r.Filter("resources and events")},
		page.Section{ID: "resources", Title: "Resources", Wide: true, Body: resources},
		page.Section{ID: "events", Title: "Events", Wide: true, Body: events})
	if sets := cloudformation.ChangeSets(r.Tx, s.ID); len(sets) > 0 {
		view.Sections = append(view.Sections, page.Section{ID: "changesets", Title: "Change sets", Wide: true, Body: changeSets(s, sets)})
	}
	return view, nil
}

// summary is what the stack waits for, or what has failed.
func summary(s *cloudformation.Stack, said overview.Stack) string {
	var names []string
	for _, w := range said.WaitsFor {
		names = append(names, w.LogicalID)
	}
	switch {
	case len(names) > 0:
		return "It waits for " + strings.Join(names, ", ") + "."
	case !said.MonitoredUntil.IsZero():
		return "It watches its alarms until " + said.MonitoredUntil.UTC().Format("15:04:05") + "."
	case !s.Status.AsWanted() && said.Failure != nil:
		return s.Mask(said.Failure.String())
	}
	return s.Mask(s.Reason)
}

func about(r *page.Request, s *cloudformation.Stack) g.Node {
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(s.ID)},
		{Name: "Description", Value: page.Or(s.Description)},
		{Name: "Status", Value: g.Group{page.Status(string(s.Status)), page.Text(" " + s.Detailed)}},
		{Name: "Reason", Value: page.Or(s.Mask(s.Reason))},
		{Name: "Created", Value: page.Time(s.CreatedAt)},
		{Name: "Updated", Value: page.Time(s.UpdatedAt)},
		{Name: "Role", Value: page.Or(s.RoleARN)},
		{Name: "Topics", Value: page.Or(strings.Join(s.NotificationARNs, ", "))},
	}
	if !s.DeletedAt.IsZero() {
		pairs = append(pairs, page.Pair{Name: "Deleted", Value: page.Time(s.DeletedAt)})
	}
	if o := cloudformation.FindOperation(r.Tx, s.ID); o != nil {
		pairs = append(pairs, page.Pair{Name: "Operation", Value: g.Group{page.Text(string(o.Kind) + " since "), page.Time(o.Began)}})
		if !o.Deadline.IsZero() {
			pairs = append(pairs, page.Pair{Name: "Must be ready by", Value: page.Time(o.Deadline)})
		}
		if !o.MonitoredUntil.IsZero() {
			pairs = append(pairs, page.Pair{Name: "Watches its alarms until", Value: page.Time(o.MonitoredUntil)})
		}
	}
	return page.Pairs(pairs...)
}

// waits are the resources that the operation under way waits for.
func waits(s *cloudformation.Stack, said overview.Stack) g.Node {
	rows := make([]page.Row, 0, len(said.WaitsFor))
	for _, w := range said.WaitsFor {
		how := "its calls go on"
		switch {
		case w.Stabilizing:
			how = "all calls are made, and it has to get stable"
		case !w.RetryAt.IsZero():
			how = "its delete has failed, and is tried again"
		}
		id := s.Mask(w.PhysicalID)
		rows = append(rows, page.Row{ID: page.ID("waits", w.LogicalID, id), Cells: []g.Node{
			page.Code(w.LogicalID), page.Text(w.Type), page.Or(id), page.Status(w.Status), page.Time(w.Since), page.Text(how), page.Time(w.RetryAt),
		}})
	}
	return page.Table("Resources that the stack waits for", []string{"Logical id", "Type", "Physical id", "Status", "Since", "How far", "Next try"}, rows)
}

// failures are what has failed first in the operation, and in its rollback.
func failures(s *cloudformation.Stack, said overview.Stack) g.Node {
	var rows []page.Row
	for _, each := range []struct {
		when string
		f    *overview.StackFailure
	}{{"in the operation", said.Failure}, {"in its rollback", said.RollbackFailure}} {
		if f := each.f; f != nil {
			rows = append(rows, page.Row{ID: page.ID("failure", each.when), Cells: []g.Node{
				page.Text(each.when), page.Code(f.LogicalID), page.Text(f.Type), page.Status(f.Status), page.Or(s.Mask(f.Reason)), page.Time(f.At),
			}})
		}
	}
	return page.Table("What has failed first", []string{"Where", "Logical id", "Type", "Status", "Reason", "When"}, rows)
}
