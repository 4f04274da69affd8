// Package logmetric makes metrics of log events as they come in: by the metric filters of their group, and of those that
// carry metrics themselves, in the embedded metric format.
package logmetric

import (
	"math"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// Publisher puts the metrics of log events into the store of metrics. All fields are required.
type Publisher struct {
	Metrics *metric.Store
	// Now is the time by which data points are too old or too new.
	Now func() time.Time
}

// Arrived makes metrics of events. Those of a group of infrequent access become none.
// Source: CloudWatch Logs user guide, log classes.
func (p *Publisher) Arrived(a logs.Arrival) {
	if a.Group.Class == types.LogGroupClassInfrequentAccess {
		return
	}
	var data []metric.Datum
	for _, f := range a.Filters {
		data = append(data, filtered(f, a.Lines)...)
	}
	for _, line := range a.Lines {
		data = append(data, embedded(a.Group.Scope, line.Message)...)
	}
	kept := data[:0]
	for _, d := range data {
		if p.isInTime(d.At) {
			kept = append(kept, d)
		}
	}
	if len(kept) > 0 {
		p.Metrics.Put(kept...)
	}
}

// How old and how far ahead data points may be. Source: CloudWatch API reference, MetricDatum.
const (
	maxAge   = 14 * 24 * time.Hour
	maxAhead = 2 * time.Hour
)

func (p *Publisher) isInTime(at time.Time) bool {
	now := p.Now()
	return !at.Before(now.Add(-maxAge)) && !at.After(now.Add(maxAhead))
}

// isValue reports whether a metric takes a value. Source: CloudWatch API reference, MetricDatum.
func isValue(v float64) bool { return math.Abs(v) <= 0x1p360 } // false for NaN
