package evaluation

import (
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Look is what an alarm would look at in the last n periods that end by a time, for those who show it.
func (e *Evaluator) Look(a *cloudwatch.Alarm, n int, at time.Time) View { return e.read(a, n, at) }

// Read is what an alarm looks at: n periods that end by a time; 0 is its evaluation range.
func (e *Evaluator) read(a *cloudwatch.Alarm, n int, at time.Time) View {
	if a.Metrics != nil {
		return e.readMath(a, n, at)
	}
	period := time.Duration(a.Period) * time.Second
	if n == 0 {
		n = Range(a, period)
	}
	v := View{Alarm: a, Period: period, Slots: slots(end(at, period), period, n), At: at}
	id := metricID(a.Scope, a.Namespace, a.Metric, a.Dimensions)
	for _, p := range e.points(id, a.Unit, v.from(), v.to(), period) {
		if value, ok := p.Statistic(a.Stat()); ok {
			v.fill(p.At, value, p.Count)
		}
	}
	return v
}

func (v *View) from() time.Time { return v.Slots[len(v.Slots)-1].At }
func (v *View) to() time.Time   { return v.Slots[0].At.Add(v.Period) }

// fill puts a data point into its slot.
func (v *View) fill(at time.Time, value, count float64) {
	if i := int(v.Slots[0].At.Sub(at) / v.Period); i >= 0 && i < len(v.Slots) && !math.IsNaN(value) {
		v.Slots[i].Real, v.Slots[i].Value, v.Slots[i].Count = true, value, count
	}
}

// points are the points of a metric in a unit. Without one it is the first of the units that there are: they are not mixed
// (source: recorded answers).
func (e *Evaluator) points(id metric.ID, unit types.StandardUnit, from, to time.Time, period time.Duration) []metric.Point {
	if unit == "" {
		units := e.Metrics.Units(id, from, to)
		if len(units) == 0 {
			return nil
		}
		unit = units[0]
	}
	return e.Metrics.Points(metric.Query{ID: id, Unit: unit, From: from, To: to, Period: period})
}

func metricID(s arn.Scope, namespace, name string, dimensions []types.Dimension) metric.ID {
	pairs := make([]string, 0, 2*len(dimensions))
	for _, d := range dimensions {
		pairs = append(pairs, aws.ToString(d.Name), aws.ToString(d.Value))
	}
	return metric.New(s, namespace, name, pairs...)
}

// readMath is what an alarm of metric data queries looks at. What cannot be evaluated is missing.
func (e *Evaluator) readMath(a *cloudwatch.Alarm, n int, at time.Time) View {
	p := e.program(a)
	period := time.Minute
	if p != nil {
		period = p.Period()
	}
	if n == 0 {
		n = Range(a, period)
	}
	v := View{Alarm: a, Period: period, Slots: slots(end(at, period), period, n), At: at}
	if p == nil {
		return v
	}
	in := metricmath.Input{From: v.from(), To: v.to(), Series: map[string]metricmath.Series{}}
	for _, m := range p.Metrics() {
		in.Series[m.ID] = e.series(a.Scope, m.Stat, in)
	}
	results, err := p.Evaluate(in)
	if err != nil || len(results) == 0 {
		return v
	}
	for _, point := range results[0].Points {
		v.fill(point.At, point.Value, 0)
	}
	return v
}

func (e *Evaluator) series(s arn.Scope, stat *types.MetricStat, in metricmath.Input) (of metricmath.Series) {
	if stat.Metric == nil || stat.Period == nil {
		return of
	}
	id := metricID(s, aws.ToString(stat.Metric.Namespace), aws.ToString(stat.Metric.MetricName), stat.Metric.Dimensions)
	for _, p := range e.points(id, stat.Unit, in.From, in.To, time.Duration(*stat.Period)*time.Second) {
		if value, ok := p.Statistic(aws.ToString(stat.Stat)); ok {
			of.Points = append(of.Points, metricmath.Point{At: p.At, Value: value})
		}
	}
	return of
}

// program is the program of an alarm's queries; nil: they are none of which a state follows.
func (e *Evaluator) program(a *cloudwatch.Alarm) *metricmath.Program {
	if len(a.Metrics) == 0 {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	queries := &a.Metrics[0] // the same until a client puts the alarm again
	if known, found := e.programs[queries]; found {
		return known
	}
	p, err := metricmath.Compile(a.Metrics, metricmath.ForAlarm)
	if err != nil {
		e.Log.Warn("an alarm cannot be evaluated", "alarm", a.ARN(), "error", err)
		p = nil
	}
	if e.programs == nil || len(e.programs) >= mostPrograms {
		e.programs = map[*types.MetricDataQuery]*metricmath.Program{}
	}
	e.programs[queries] = p
	return p
}

// mostPrograms is how many are kept, those of alarms that are gone as well.
const mostPrograms = 2000
