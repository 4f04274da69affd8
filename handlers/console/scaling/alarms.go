package scaling

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// alarm is an alarm of one metric, or a composite one.
type alarm struct {
	name, reason, about string
	state               types.StateValue
	changed             time.Time
	actions             bool
}

func alarmOf(a *cloudwatch.Alarm) alarm {
	return alarm{a.Name, aws.ToString(a.Reason), condition(a), a.State, a.ChangedAt, a.ActionsEnabled}
}

func compositeOf(c *cloudwatch.Composite) alarm {
	return alarm{c.Name, aws.ToString(c.Reason), c.Rule, c.State, c.ChangedAt, c.ActionsEnabled}
}

// condition is what an alarm of a metric looks for, in words.
func condition(a *cloudwatch.Alarm) string {
	text := fmt.Sprintf("%s %s %s for %d", metricName(a), comparison(a.Comparison), figure(a.Threshold), a.EvaluationPeriods)
	if a.DatapointsToAlarm != nil {
		text = fmt.Sprintf("%s %s %s for %d of %d", metricName(a), comparison(a.Comparison), figure(a.Threshold), *a.DatapointsToAlarm, a.EvaluationPeriods)
	}
	return text + fmt.Sprintf(" periods of %s", a.LongestPeriod())
}

// comparison is the sign of an operator; the name of one that has none here.
func comparison(o types.ComparisonOperator) string {
	signs := map[types.ComparisonOperator]string{
		types.ComparisonOperatorGreaterThanThreshold: ">", types.ComparisonOperatorGreaterThanOrEqualToThreshold: "≥",
		types.ComparisonOperatorLessThanThreshold: "<", types.ComparisonOperatorLessThanOrEqualToThreshold: "≤",
	}
	if sign := signs[o]; sign != "" {
		return sign
	}
	return string(o)
}

// states are the states of alarms.
var states = []string{string(types.StateValueAlarm), string(types.StateValueOk), string(types.StateValueInsufficientData)}

// readAlarms reads the page of all alarms.
func readAlarms(r *page.Request) (*page.View, error) {
	if err := r.CheckStatus(states...); err != nil {
		return nil, err
	}
	var all []alarm
	inAlarm := 0
	add := func(a alarm) {
		if a.state == types.StateValueAlarm {
			inAlarm++
		}
		if status := r.Query.Get("status"); (status == "" || string(a.state) == status) && r.Matches(a.name, a.about, a.reason) {
			all = append(all, a)
		}
	}
	for _, a := range cloudwatch.Alarms.List(r.Tx, r.Scope) {
		add(alarmOf(a))
	}
	for _, c := range cloudwatch.Composites.List(r.Tx, r.Scope) {
		add(compositeOf(c))
	}
	shown, paging, err := page.List(r, "alarms", all, func(a alarm) string { return a.name }, func(a, b alarm) int { return cmp.Compare(a.name, b.name) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, a := range shown {
		actions := page.Text("enabled")
		if !a.actions {
			actions = page.Text("disabled")
		}
		rows = append(rows, page.Row{ID: page.ID("alarm", a.name), Cells: []g.Node{
			page.A(a.name, r.To("alarms", a.name)), page.Status(string(a.state)), page.Text(a.about), page.Or(a.reason), page.Time(a.changed), actions,
		}})
	}
	return &page.View{
		Title: "Alarms", Summary: counted(inAlarm, "alarm is in ALARM", "alarms are in ALARM"),
		Sections: []page.Section{{ID: "alarms", Title: "Alarms", Wide: true, Body: g.Group{
			r.Filter("alarms", states...), page.Table("Alarms of CloudWatch", []string{"Name", "State", "Condition", "Reason", "Since", "Actions"}, rows), r.Pages(paging),
		}}},
	}, nil
}

// noAlarm refuses a name that no alarm has.
func noAlarm(r *page.Request, name string) error {
	var names []string
	for _, a := range cloudwatch.Alarms.List(r.Tx, r.Scope) {
		names = append(names, a.Name)
	}
	for _, c := range cloudwatch.Composites.List(r.Tx, r.Scope) {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	var there []page.Link
	for _, each := range names[:min(len(names), mostNamed)] {
		there = append(there, page.Link{Text: each, To: r.To("alarms", each)})
	}
	return page.NotFound(there, "There is no alarm %s.", name)
}
