package servicescaling

import (
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// fresh is how old the data of a signal may be, and how far ahead. Source: recorded answers, in which 6 s were accepted
// and 16 s were not.
const fresh = 10 * time.Second

// Texts of the history of alarms (AAS0021).
const (
	noDataPoints = "Metric data points must be provided"
	unsafe       = "Scaling deemed unsafe: Error parsing monitor data for %s: Monitor data may be null, have an outdated query timestamp, or contain parsing errors"
)

// dataPoints are the newest ones that an alarm's action has, oldest first. Where a client has set the alarm's state, its
// reason data name them: by their exact names. problem says why they are not to be used.
func dataPoints(a *cloudwatch.Action) (values []float64, problem string) {
	if len(a.Points) > 0 {
		return a.Points, ""
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(a.Data), &members) != nil {
		members = nil
	}
	var points []*float64
	if json.Unmarshal(members["recentDatapoints"], &points) != nil || len(points) == 0 {
		return nil, noDataPoints
	}
	for _, p := range points {
		if p != nil {
			values = append(values, *p)
		}
	}
	var at string
	if json.Unmarshal(members["queryDate"], &at) != nil || !isFresh(at, a) {
		return nil, unsafe
	}
	return values, ""
}

// isFresh reports whether data were made when the state of the alarm was set, by the emulator's clock, or by that of the
// machine, which clients have.
func isFresh(queryDate string, a *cloudwatch.Action) bool {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339Nano} {
		at, err := time.Parse(layout, queryDate)
		if err == nil && (at.Sub(a.At).Abs() <= fresh || at.Sub(a.RealAt).Abs() <= fresh) {
			return true
		}
	}
	return false
}
