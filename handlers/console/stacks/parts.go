package stacks

import (
	"cmp"
	"strconv"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// mask stands in the place of a value that is not shown, as CloudFormation has it (CFN-74).
const mask = "****"

// parameters shows the parameters of a stack. Values of NoEcho parameters are not shown.
func parameters(s *cloudformation.Stack) g.Node {
	rows := make([]page.Row, 0, len(s.Parameters))
	for _, p := range s.Parameters {
		value, resolved := p.Value, p.Resolved
		if p.NoEcho {
			value, resolved = mask, ""
		}
		rows = append(rows, page.Row{ID: "parameter-" + p.Key, Cells: []g.Node{page.Code(p.Key), page.Or(value), page.Or(resolved)}})
	}
	return page.Table("Parameters", []string{"Parameter", "Value", "Resolved value"}, rows)
}

// outputs shows the outputs of a stack. One that has something of a NoEcho parameter is not shown, though DescribeStacks answers it.
func outputs(s *cloudformation.Stack) g.Node {
	hidden := map[string]bool{}
	for _, spec := range s.OutputSpecs {
		hidden[spec.Name] = spec.Shown != nil
	}
	rows := make([]page.Row, 0, len(s.Outputs))
	for _, o := range s.Outputs {
		value := s.Mask(o.Value)
		if hidden[o.Key] {
			value = mask
		}
		rows = append(rows, page.Row{ID: "output-" + o.Key, Cells: []g.Node{page.Code(o.Key), page.Or(value), page.Or(o.Description), page.Or(s.Mask(o.ExportName))}})
	}
	return page.Table("Outputs", []string{"Output", "Value", "Description", "Export"}, rows)
}

// resourcesOf are the resources of a stack that have begun.
func resourcesOf(r *page.Request, s *cloudformation.Stack) (g.Node, error) {
	var all []*cloudformation.Resource
	for _, each := range cloudformation.Resources(r.Tx, s.ID) {
		if r.Matches(each.LogicalID, each.PhysicalID, each.Type, string(each.Status)) {
			all = append(all, each)
		}
	}
	shown, paging, err := page.List(r, "resources", all, func(each *cloudformation.Resource) string { return each.LogicalID },
		func(a, b *cloudformation.Resource) int { return cmp.Compare(a.LogicalID, b.LogicalID) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, each := range shown {
		rows = append(rows, page.Row{ID: "resource-" + each.LogicalID, Cells: []g.Node{
			page.Code(each.LogicalID), page.Text(each.Type), page.Or(s.Mask(each.PhysicalID)), page.Status(string(each.Status)), page.Or(s.Mask(each.Reason)), page.Time(each.ChangedAt),
		}})
	}
	return g.Group{page.Table("Resources", []string{"Logical id", "Type", "Physical id", "Status", "Reason", "Since"}, rows), r.Pages(paging)}, nil
}

// eventsOf are the events of a stack, the newest first.
func eventsOf(r *page.Request, s *cloudformation.Stack) (g.Node, error) {
	var all []*cloudformation.Event
	for e := range cloudformation.Events(r.Tx, s.ID) {
		if r.Matches(e.LogicalID, e.Type, e.Status, s.Mask(e.Reason)) {
			all = append(all, e)
		}
	}
	shown, paging, err := page.List(r, "events", all, func(e *cloudformation.Event) string { return strconv.Itoa(e.Number) },
		func(a, b *cloudformation.Event) int { return cmp.Compare(b.Number, a.Number) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, e := range shown {
		rows = append(rows, page.Row{ID: "event-" + strconv.Itoa(e.Number), Cells: []g.Node{
			page.Time(e.At), page.Code(e.LogicalID), page.Text(e.Type), page.Status(e.Status), page.Or(e.Detailed), page.Or(s.Mask(e.Reason)),
		}})
	}
	return g.Group{page.Table("Events, the newest first", []string{"When", "Logical id", "Type", "Status", "Detailed status", "Reason"}, rows), r.Pages(paging)}, nil
}

// changeSets shows the change sets of a stack.
func changeSets(s *cloudformation.Stack, sets []*cloudformation.ChangeSet) g.Node {
	rows := make([]page.Row, 0, len(sets))
	for _, c := range sets {
		rows = append(rows, page.Row{ID: "changeset-" + arn.Name(c.ID), Cells: []g.Node{
			page.Text(c.Name), page.Text(c.Kind), page.Status(string(c.Status)), page.Text(string(c.Execution)), page.Or(s.Mask(c.Reason)), page.Number(len(c.Changes)), page.Time(c.CreatedAt),
		}})
	}
	return page.Table("Change sets", []string{"Name", "Kind", "Status", "Execution", "Reason", "Changes", "Created"}, rows)
}
