// Package stacks has the console's pages of CloudFormation: stacks, what each waits for, what has failed first, its resources and its
// events. Values of NoEcho parameters are on none of them.
package stacks

import (
	"cmp"
	"fmt"
	"slices"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{
		{Pattern: "/stacks", Nav: "Stacks", Read: readStacks},
		{Pattern: "/stacks/{name...}", Within: "/stacks", Read: readStack},
	}
}

// mostNamed is how many things a refusal names.
const mostNamed = 20

// statuses are all that stacks have.
var statuses = []string{
	string(cloudformation.ReviewInProgress),
	string(cloudformation.CreateInProgress), string(cloudformation.CreateFailed), string(cloudformation.CreateComplete),
	string(cloudformation.RollbackInProgress), string(cloudformation.RollbackFailed), string(cloudformation.RollbackComplete),
	string(cloudformation.UpdateInProgress), string(cloudformation.UpdateCompleteCleanupInProgress), string(cloudformation.UpdateComplete),
	string(cloudformation.UpdateFailed), string(cloudformation.UpdateRollbackInProgress), string(cloudformation.UpdateRollbackFailed),
	string(cloudformation.UpdateRollbackCompleteInProgress), string(cloudformation.UpdateRollbackComplete),
	string(cloudformation.DeleteInProgress), string(cloudformation.DeleteFailed), string(cloudformation.DeleteComplete),
}

// readStacks reads the page of all stacks. Deleted ones are shown if they are asked for.
func readStacks(r *page.Request) (*page.View, error) {
	if err := r.CheckStatus(statuses...); err != nil {
		return nil, err
	}
	status := cloudformation.StackStatus(r.Query.Get("status"))
	var all []*cloudformation.Stack
	has := map[string]bool{}
	open := 0
	for _, s := range cloudformation.Stacks(r.Tx, r.Scope) {
		has[string(s.Status)] = true
		if !s.Status.AsWanted() {
			open++
		}
		if (s.Status == status || status == "" && !s.Deleted()) && r.Matches(s.Name, s.Description) {
			all = append(all, s)
		}
	}
	shown, paging, err := page.List(r, "stacks", all, func(s *cloudformation.Stack) string { return s.ID },
		func(a, b *cloudformation.Stack) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, s := range shown {
		rows = append(rows, row(r, s))
	}
	there := slices.DeleteFunc(slices.Clone(statuses), func(each string) bool { return !has[each] && each != string(status) })
	return &page.View{
		Title: "Stacks", Summary: counted(open, "stack is not as wanted", "stacks are not as wanted"),
		Sections: []page.Section{{ID: "stacks", Title: "Stacks", Wide: true, Body: g.Group{
			r.Filter("stacks", there...), page.Table("Stacks of CloudFormation", []string{"Name", "Status", "What it waits for, or what has failed", "Created", "Updated", "Deleted"}, rows), r.Pages(paging),
		}}},
	}, nil
}

func row(r *page.Request, s *cloudformation.Stack) page.Row {
	// A name fits a stack which is not deleted.
	to := s.Name
	if s.Deleted() {
		to = s.ID
	}
	why := ""
	if !s.Status.AsWanted() {
		why = s.Mask(overview.StackReasons(r.Tx, s.ID))
	}
	return page.Row{ID: "stack-" + arn.Name(s.ID), Cells: []g.Node{
		page.A(s.Name, r.To("stacks", to)), page.Status(string(s.Status)), page.Or(why), page.Time(s.CreatedAt), page.Time(s.UpdatedAt), page.Time(s.DeletedAt),
	}}
}

// noStack refuses a name that no stack has.
func noStack(r *page.Request, name string) error {
	var there []page.Link
	for _, s := range cloudformation.Stacks(r.Tx, r.Scope) {
		if len(there) < mostNamed && !s.Deleted() {
			there = append(there, page.Link{Text: s.Name, To: r.To("stacks", s.Name)})
		}
	}
	return page.NotFound(there, "There is no stack %s. A deleted one is found by its ARN.", name)
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
