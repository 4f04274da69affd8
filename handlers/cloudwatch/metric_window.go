package cloudwatch

import (
	"slices"
	"time"
)

// subMinutes are the periods below a minute, in seconds. Source: CloudWatch API reference, GetMetricStatistics.
var subMinutes = []int32{1, 5, 10, 20, 30}

// checkPeriod refuses a period in seconds that is neither one of those nor whole minutes (recorded answers; of minutes it is
// the emulator's wording).
func checkPeriod(at string, period int32) string {
	switch {
	case period%60 == 0 && period > 0 || slices.Contains(subMinutes, period):
		return ""
	case period > 60:
		return "The parameter " + at + " must be a multiple of 60."
	}
	return "The parameter " + at + " must be a value in the set [1, 5, 10, 20, 30]."
}

// Ages beyond which AWS rounds the start of a query further. Source: CloudWatch API reference, GetMetricStatistics.
// The emulator keeps minutes for a day, so it rounds to five minutes from there.
const (
	ageOfFives = 24 * time.Hour
	ageOfHours = 63 * 24 * time.Hour
)

// window is the time that a query asks about in periods: both ends are rounded down to the minute, or to the period where that
// is shorter (recorded answers), and the start further if it is old.
func window(start, end, now time.Time, period time.Duration) (from, to time.Time) {
	unit := min(period, time.Minute)
	from, to = start.UTC().Truncate(unit), end.UTC().Truncate(unit)
	switch age := now.Sub(start); {
	case age > ageOfHours:
		from = from.Truncate(time.Hour)
	case age > ageOfFives:
		from = from.Truncate(5 * time.Minute)
	}
	return from, to
}
