package scaling

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// policies shows what each alarm of a policy has and wants, with the data points of each.
func (s Sources) policies(r *page.Request, report *applicationautoscaling.TargetReport) page.Section {
	var rows []page.Row
	var graphs g.Group
	drawn := map[string]bool{}
	for _, p := range report.Policies {
		if len(p.Alarms) == 0 {
			rows = append(rows, page.Row{ID: page.ID("policy", p.Name), Cells: []g.Node{page.Text(p.Name), page.Text(p.Type), page.None(), page.None(), page.None(), page.None(), page.Text("no alarm asks for it")}})
		}
		for _, a := range p.Alarms {
			rows = append(rows, page.Row{ID: page.ID("policy", p.Name, a.Name), Cells: []g.Node{
				page.Text(p.Name), page.Text(p.Type), page.A(a.Name, r.To("alarms", a.Name)), page.Status(a.State), page.Or(values(a.Values)), wants(a.Wants), page.Or(a.Held),
			}})
			if alarm := cloudwatch.Alarms.Find(r.Tx, r.Scope, a.Name); alarm != nil && !drawn[a.Name] {
				drawn[a.Name] = true
				graphs = append(graphs, s.graph(alarm, fmt.Sprintf("graph-%d", len(drawn)), a.Name, r.Now).Node())
			}
		}
	}
	heads := []string{"Policy", "Type", "Alarm", "State", "Data points", "Wants", "What holds it"}
	return page.Section{ID: "policies", Title: "Policies", Wide: true, Body: g.Group{page.Table("Policies with their alarms", heads, rows), graphs}}
}

// wants is the count that a policy asks for.
func wants(count *int32) g.Node {
	if count == nil {
		return page.None()
	}
	return page.Number(int(*count))
}

func values(list []float64) string {
	texts := make([]string, 0, len(list))
	for _, v := range list {
		texts = append(texts, figure(v))
	}
	return strings.Join(texts, ", ")
}

// scheduled shows scheduled actions with their next time.
func scheduled(report *applicationautoscaling.TargetReport) page.Section {
	rows := make([]page.Row, 0, len(report.Scheduled))
	for _, a := range report.Scheduled {
		due := page.Text("not any more")
		if a.NextDue != nil {
			due = page.Time(*a.NextDue)
		}
		rows = append(rows, page.Row{ID: page.ID("scheduled", a.Name), Cells: []g.Node{page.Text(a.Name), due, wants(a.MinCapacity), wants(a.MaxCapacity)}})
	}
	return page.Section{ID: "scheduled", Title: "Scheduled actions", Body: page.Table("Scheduled actions", []string{"Name", "Next due", "Minimum", "Maximum"}, rows)}
}

// activitiesOf shows what scaling did, tried or did not do, the newest first.
func activitiesOf(r *page.Request, of applicationautoscaling.Resource) (g.Node, error) {
	var all []*applicationautoscaling.Activity
	for a := range applicationautoscaling.NewestActivities(r.Tx, of) {
		if r.Matches(a.Description, a.Cause, aws.ToString(a.Message)) {
			all = append(all, a)
		}
	}
	shown, paging, err := page.List(r, "activities", all, func(a *applicationautoscaling.Activity) string { return strconv.FormatUint(a.Number, 10) },
		func(a, b *applicationautoscaling.Activity) int { return cmp.Compare(b.Number, a.Number) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, a := range shown {
		var reasons []string
		for _, n := range a.NotScaled {
			reasons = append(reasons, aws.ToString(n.Code))
		}
		ended := page.None()
		if a.EndedAt != nil {
			ended = page.Time(*a.EndedAt)
		}
		rows = append(rows, page.Row{ID: "activity-" + strconv.FormatUint(a.Number, 10), Cells: []g.Node{
			page.Time(a.StartedAt), ended, page.Status(string(a.Status)), page.Text(a.Description), page.Text(a.Cause), page.Or(aws.ToString(a.Message)), page.Or(strings.Join(reasons, ", ")),
		}})
	}
	heads := []string{"Began", "Ended", "Status", "What", "Cause", "Message", "Not scaled because"}
	return g.Group{r.Filter("activities"), page.Table("Activities, the newest first", heads, rows), r.Pages(paging)}, nil
}
