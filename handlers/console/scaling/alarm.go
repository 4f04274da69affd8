package scaling

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// readAlarm reads the page of an alarm.
func (s Sources) readAlarm(r *page.Request) (*page.View, error) {
	name := r.Var("name")
	var of alarm
	var sections []page.Section
	if a := cloudwatch.Alarms.Find(r.Tx, r.Scope, name); a != nil {
		of = alarmOf(a)
		sections = []page.Section{
			{ID: "alarm", Title: "Alarm", Body: aboutAlarm(r, a)},
			{ID: "graph", Title: "Data points", Wide: true, Body: s.graph(a, "datapoints", metricName(a), r.Now).Node()},
		}
	} else if c := cloudwatch.Composites.Find(r.Tx, r.Scope, name); c != nil {
		of = compositeOf(c)
		sections = []page.Section{{ID: "alarm", Title: "Composite alarm", Body: aboutComposite(r, c)}}
	} else {
		return nil, noAlarm(r, name)
	}
	history, err := historyOf(r, name)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: name, Kind: "Alarm", Status: page.Status(string(of.state)), Summary: of.reason,
		Trail:    []page.Link{{Text: "Alarms", To: r.To("alarms")}},
		Sections: append(sections, page.Section{ID: "history", Title: "History", Wide: true, Body: history}),
	}, nil
}

func aboutAlarm(r *page.Request, a *cloudwatch.Alarm) g.Node {
	dimensions := make([]string, 0, len(a.Dimensions))
	for _, d := range a.Dimensions {
		dimensions = append(dimensions, aws.ToString(d.Name)+"="+aws.ToString(d.Value))
	}
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(a.ARN())},
		{Name: "Description", Value: page.Or(aws.ToString(a.Description))},
		{Name: "State", Value: g.Group{page.Status(string(a.State)), h.Text(" since "), page.Time(a.ChangedAt)}},
		{Name: "Reason", Value: page.Or(aws.ToString(a.Reason))},
		{Name: "Condition", Value: page.Text(condition(a))},
		{Name: "Dimensions", Value: page.Or(strings.Join(dimensions, ", "))},
		{Name: "Missing data", Value: page.Text(cmp.Or(aws.ToString(a.TreatMissingData), "missing"))},
		{Name: "Settings written", Value: page.Time(a.ConfiguredAt)},
	}
	pairs = append(pairs, actions(&a.ActionSettings)...)
	var composites []page.Link
	for _, c := range cloudwatch.Parents(r.Tx, r.Scope, a.ARN()) {
		composites = append(composites, page.Link{Text: c.Name, To: r.To("alarms", c.Name)})
	}
	if len(composites) > 0 {
		pairs = append(pairs, page.Pair{Name: "In the rules of", Value: page.Links(composites)})
	}
	return g.Group{page.Pairs(pairs...), queries(a)}
}

// queries shows the queries of an alarm of metric math.
func queries(a *cloudwatch.Alarm) g.Node {
	if len(a.Metrics) == 0 {
		return nil
	}
	rows := make([]page.Row, 0, len(a.Metrics))
	for _, q := range a.Metrics {
		what := aws.ToString(q.Expression)
		if m := q.MetricStat; m != nil && m.Metric != nil {
			what = fmt.Sprintf("%s of %s %s, %d s", aws.ToString(m.Stat), aws.ToString(m.Metric.Namespace), aws.ToString(m.Metric.MetricName), aws.ToInt32(m.Period))
		}
		returns := "yes"
		if q.ReturnData != nil && !*q.ReturnData {
			returns = "no"
		}
		rows = append(rows, page.Row{ID: page.ID("query", aws.ToString(q.Id)), Cells: []g.Node{page.Code(aws.ToString(q.Id)), page.Text(what), page.Text(returns)}})
	}
	return page.Table("Metric data queries", []string{"Id", "Metric or expression", "Returns data"}, rows)
}

func aboutComposite(r *page.Request, c *cloudwatch.Composite) g.Node {
	children := make([]page.Link, 0, len(c.Children))
	for _, child := range c.Children {
		name := cloudwatch.AlarmName(child)
		text := name
		if standing := cloudwatch.StandingOf(r.Tx, child); standing != nil {
			text += " is " + string(standing.State)
		}
		children = append(children, page.Link{Text: text, To: r.To("alarms", name)})
	}
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(c.ARN())},
		{Name: "Description", Value: page.Or(aws.ToString(c.Description))},
		{Name: "State", Value: g.Group{page.Status(string(c.State)), h.Text(" since "), page.Time(c.ChangedAt)}},
		{Name: "Reason", Value: page.Or(aws.ToString(c.Reason))},
		{Name: "Rule", Value: page.Code(c.Rule)},
		{Name: "Alarms of the rule", Value: page.Links(children)},
	}
	if c.Suppressor != nil {
		name := cloudwatch.AlarmName(c.SuppressorARN())
		suppressed := "does not suppress now"
		if c.SuppressedBy != "" {
			suppressed = c.SuppressedReason
		}
		pairs = append(pairs, page.Pair{Name: "Suppressor", Value: g.Group{page.A(name, r.To("alarms", name)), page.Text(": " + suppressed)}})
	}
	return page.Pairs(append(pairs, actions(&c.ActionSettings)...)...)
}

// actions are what an alarm does in each state.
func actions(s *cloudwatch.ActionSettings) []page.Pair {
	enabled := "yes"
	if !s.ActionsEnabled {
		enabled = "no"
	}
	pairs := []page.Pair{{Name: "Actions enabled", Value: page.Text(enabled)}}
	for _, each := range []struct {
		name string
		arns []string
	}{{"Actions in ALARM", s.AlarmActions}, {"Actions in OK", s.OKActions}, {"Actions in INSUFFICIENT_DATA", s.NoDataActions}} {
		if len(each.arns) > 0 {
			list := make([]g.Node, 0, len(each.arns))
			for _, arn := range each.arns {
				list = append(list, h.Div(page.Code(arn)))
			}
			pairs = append(pairs, page.Pair{Name: each.name, Value: g.Group(list)})
		}
	}
	return pairs
}

// historyOf is the history of an alarm, the newest first.
func historyOf(r *page.Request, name string) (g.Node, error) {
	all := slices.DeleteFunc(slices.Clone(cloudwatch.History(r.Tx, r.Scope, name)), func(i *cloudwatch.HistoryItem) bool { return !r.Matches(i.Summary, string(i.Type)) })
	shown, paging, err := page.List(r, "history", all, func(i *cloudwatch.HistoryItem) string { return strconv.FormatUint(i.Number, 10) },
		func(a, b *cloudwatch.HistoryItem) int { return cmp.Compare(b.Number, a.Number) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, i := range shown {
		rows = append(rows, page.Row{ID: "history-" + strconv.FormatUint(i.Number, 10), Cells: []g.Node{page.Time(i.At), page.Text(string(i.Type)), page.Text(i.Summary)}})
	}
	return g.Group{r.Filter("history"), page.Table("History, the newest first", []string{"When", "Type", "What"}, rows), r.Pages(paging)}, nil
}
