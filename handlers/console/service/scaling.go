package service

import (
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// scaling is what scales the service, and what holds it; nil: nothing does.
func (v *view) scaling() g.Node {
	if applicationautoscaling.Targets.Len(v.Tx) == 0 || v.Scaling == nil {
		return nil
	}
	for _, t := range v.Scaling().Targets {
		if t.Service == v.service.ARN {
			return v.target(t)
		}
	}
	return nil
}

func (v *view) target(t applicationautoscaling.TargetReport) g.Node {
	body := g.Group{page.Pairs(
		page.Pair{Name: "minCapacity", Value: page.Number(int(t.MinCapacity))}, page.Pair{Name: "maxCapacity", Value: page.Number(int(t.MaxCapacity))},
		page.Pair{Name: "held", Value: page.Or(strings.Join(t.Held, "; "))})}
	var rows []page.Row
	for _, p := range t.Policies {
		for _, a := range p.Alarms {
			wants := page.None()
			if a.Wants != nil {
				wants = page.Number(int(*a.Wants))
			}
			rows = append(rows, page.Row{ID: page.ID("alarm", p.Name, a.Name), Cells: []g.Node{page.Text(p.Name), page.Text(a.Name), page.Status(a.State), wants, page.Or(a.Held)}})
			body = append(body, v.graph(p.Name, a))
		}
	}
	body = append(body, page.Table("Alarms of policies", []string{"Policy", "Alarm", "State", "Wants", "Held"}, rows))
	rows = nil
	for _, s := range t.Scheduled {
		due := page.None()
		if s.NextDue != nil {
			due = page.Time(*s.NextDue)
		}
		rows = append(rows, page.Row{ID: page.ID("scheduled", s.Name), Cells: []g.Node{page.Text(s.Name), due}})
	}
	if len(rows) > 0 {
		body = append(body, page.Table("Scheduled actions", []string{"Action", "Next"}, rows))
	}
	rows = nil
	for i, a := range t.Activities {
		rows = append(rows, page.Row{ID: "activity-" + strconv.Itoa(len(t.Activities)-i), Cells: []g.Node{page.Time(a.StartedAt), page.Status(a.Status), page.Text(a.Description), page.Or(a.Cause)}})
	}
	return append(body, page.Table("Scaling activities", []string{"Started", "Status", "Description", "Cause"}, rows))
}

// graph draws the data points of an alarm, which are of its last periods.
func (v *view) graph(policy string, a applicationautoscaling.AlarmReport) g.Node {
	alarm := cloudwatch.Alarms.Find(v.Tx, v.Scope, a.Name)
	if alarm == nil || len(a.Values) == 0 {
		return nil
	}
	period := max(time.Duration(alarm.Period)*time.Second, time.Minute)
	first := v.Now.Truncate(period).Add(-time.Duration(len(a.Values)) * period)
	values, bound := page.Series{Name: alarm.Metric}, page.Series{Name: "threshold", Level: true}
	for i, value := range a.Values {
		at := first.Add(time.Duration(i) * period)
		values.Points = append(values.Points, page.Point{At: at, Value: value})
		bound.Points = append(bound.Points, page.Point{At: at, Value: alarm.Threshold})
	}
	return page.Graph{ID: page.ID("graph", policy, a.Name), Caption: alarm.Metric + " (" + a.Name + ")", Series: []page.Series{values, bound}}.Node()
}
