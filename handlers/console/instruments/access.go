package instruments

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// numbered is a decision with its place among those that are shown, the newest last.
type numbered struct {
	decision.Decision
	number int
}

func (n numbered) id() string { return n.RequestID + "." + strconv.Itoa(n.number) }

// newDecisions is closed when there are more decisions, which are in no row.
func (s Sources) newDecisions() <-chan struct{} {
	_, news := s.Decisions.After(^uint64(0), decision.Filter{})
	return news.Changed
}

// readAccess reads the page of what callers were denied.
func (s Sources) readAccess(r *page.Request) (*page.View, error) {
	var all []numbered
	of := map[string]int{} // how many decisions of a request there are so far
	for _, d := range s.Decisions.Select(decision.Filter{Decision: decision.Denied}) {
		of[d.RequestID]++
		if d.Account == r.Scope.Account && d.Region == r.Scope.Region && r.Matches(d.Principal, d.Action, d.Resource, d.RequestID, d.Reason) {
			all = append(all, numbered{d, of[d.RequestID]})
		}
	}
	shown, paging, err := page.List(r, "denials", all, numbered.id, func(a, b numbered) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.RequestID, b.RequestID), cmp.Compare(a.number, b.number))
	})
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, d := range shown {
		rows = append(rows, page.Row{ID: "denial-" + d.id(), Cells: []g.Node{
			page.A(d.RequestID, r.To("access", d.RequestID)), page.Time(d.Time), page.Code(d.Principal), page.Code(d.Action), page.Code(d.Resource), page.Text(d.Reason), page.Text(refused(d.Enforced)),
		}})
	}
	total := s.Decisions.Total()
	return &page.View{
		Title: "Access", Summary: counted(paging.Total, "denial", "denials"),
		Sections: []page.Section{
			{ID: "mode", Title: "How access is checked", Body: page.Pairs(
				page.Pair{Name: "Mode", Value: page.Text(mode(s.Mode()))},
				page.Pair{Name: "Allowed", Value: page.Text(strconv.FormatUint(total.Allowed, 10))},
				page.Pair{Name: "Denied", Value: page.Text(strconv.FormatUint(total.Denied, 10))},
			)},
			{ID: "denials", Title: "Denials", Wide: true, Body: g.Group{
				r.Filter("denials"), page.Table("Denials, the newest first", []string{"Request", "When", "Principal", "Action", "Resource", "Reason", "Request was"}, rows), r.Pages(paging),
			}},
		},
	}, nil
}

// mode says what a mode of --iam does.
func mode(name string) string {
	switch name {
	case "off":
		return "off: policies are not asked"
	case "log":
		return "log: denials are told, and requests go on"
	}
	return name + ": denials refuse requests"
}

func refused(enforced bool) string {
	if enforced {
		return "refused"
	}
	return "answered"
}

// readRequest reads the page of a request: how it came to the decisions about it.
func (s Sources) readRequest(r *page.Request) (*page.View, error) {
	id := r.Var("request")
	list := s.Decisions.Of(id)
	if len(list) == 0 {
		return nil, s.noRequest(r, id)
	}
	view := &page.View{Title: "Request " + id, Kind: "Access", Trail: []page.Link{{Text: "Access", To: r.To("access")}}}
	var denied []string
	for i, d := range list {
		explained := d.Explained()
		if d.Decision == decision.Denied {
			denied = append(denied, d.Action+" on "+d.Resource)
		}
		view.Sections = append(view.Sections, page.Section{
			ID: fmt.Sprintf("decision-%d", i+1), Title: d.Action + " " + strings.ToLower(d.Decision), Wide: true, Body: explanation(i+1, &explained),
		})
	}
	view.Summary = "All is allowed."
	if len(denied) > 0 {
		view.Summary = "Denied is " + strings.Join(denied, ", ") + "."
	}
	return view, nil
}

// noRequest refuses an id about which nothing was decided, or nothing that is kept.
func (s Sources) noRequest(r *page.Request, id string) error {
	why := "it has another id, asked for nothing that policies decide, or is older than the decisions that are kept"
	if s.Mode() == "off" {
		why = "access is not checked (--iam=off)"
	}
	return page.NotFound([]page.Link{{Text: "all denials", To: r.To("access")}}, "There is no decision about a request %s: %s.", id, why)
}
