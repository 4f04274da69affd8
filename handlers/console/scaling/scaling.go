// Package scaling has the console's pages of what changes desired counts: scalable targets with their policies, activities and data
// points, and the alarms of CloudWatch.
package scaling

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/evaluation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Sources are what the pages ask for beside rows. All are required.
type Sources struct {
	// Report tells what each policy of a service wants, by the ARN of the service, and what holds it; nil if nothing scales it.
	Report func(tx *store.Tx, serviceARN string) *applicationautoscaling.TargetReport
	Look   Look
}

// Look is what an alarm would look at in some of its periods that end by a time.
type Look func(a *cloudwatch.Alarm, periods int, at time.Time) evaluation.View

// Pages are the pages of this package.
func Pages(s Sources) []page.Page {
	return []page.Page{
		{Pattern: "/scaling", Nav: "Service auto scaling", Read: s.readTargets},
		{Pattern: "/scaling/{cluster}/{service}", Within: "/scaling", Read: s.readTarget},
		{Pattern: "/alarms", Nav: "Alarms", Read: readAlarms},
		{Pattern: "/alarms/{name...}", Within: "/alarms", Read: s.readAlarm},
	}
}

// mostNamed is how many things a refusal names.
const mostNamed = 20

// shownPeriods is how many periods a graph has.
const shownPeriods = 60

// graph draws what an alarm has looked at lately, with its threshold.
func (s Sources) graph(a *cloudwatch.Alarm, id, caption string, now time.Time) page.Graph {
	view := s.Look(a, shownPeriods, now)
	values := page.Series{Name: metricName(a)}
	for i := range view.Slots {
		if slot := view.Slots[len(view.Slots)-1-i]; slot.Real {
			values.Points = append(values.Points, page.Point{At: slot.At, Value: slot.Value})
		}
	}
	drawn := page.Graph{ID: id, Caption: caption}
	if len(values.Points) == 0 {
		return drawn
	}
	from, to := values.Points[0].At, values.Points[len(values.Points)-1].At
	drawn.Series = append(drawn.Series, values, page.Series{
		Name: "threshold", Level: true, Points: []page.Point{{At: from, Value: a.Threshold}, {At: to, Value: a.Threshold}},
	})
	return drawn
}

// metricName is the metric of an alarm, or the query of its metric math that returns data.
func metricName(a *cloudwatch.Alarm) string {
	if a.Metrics == nil {
		return a.Stat() + " of " + a.Namespace + " " + a.Metric
	}
	for _, q := range a.Metrics {
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		switch {
		case q.Label != nil && *q.Label != "":
			return *q.Label
		case q.Expression != nil:
			return *q.Expression
		case q.Id != nil:
			return *q.Id
		}
	}
	return "metric math"
}

// figure is a number with as many digits as it needs.
func figure(v float64) string { return fmt.Sprintf("%.6g", v) }

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
