package autoscaling

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// activityFilter is what activities are asked for by. Bounds are inclusive; zero is none.
type activityFilter struct {
	from, to time.Time
	statuses []string
}

func (f activityFilter) passes(a *autoscaling.Activity) bool {
	return (f.from.IsZero() || !a.StartTime.Before(f.from)) && (f.to.IsZero() || !a.StartTime.After(f.to)) &&
		(f.statuses == nil || slices.Contains(f.statuses, string(a.Status)))
}

// activityFilters reads filters, with AWS's refusals as they were recorded.
func activityFilters(filters []types.Filter) (read activityFilter, err error) {
	for _, f := range filters {
		switch name := aws.ToString(f.Name); name {
		case "StartTimeLowerBound":
			err = bound(&read.from, name, f.Values)
		case "StartTimeUpperBound":
			err = bound(&read.to, name, f.Values)
		case "Status":
			read.statuses = append([]string{}, f.Values...)
		default:
			err = notAFilter("The filter name %s isn't supported.", name) // the text is the emulator's
		}
		if err != nil {
			return read, err
		}
	}
	return read, nil
}

func notAFilter(why string, args ...any) error {
	return invalid("The filter configuration isn't valid. "+why, args...)
}

func bound(to *time.Time, name string, values []string) error {
	if len(values) > 1 || !to.IsZero() {
		return notAFilter("Multiple values for %s aren't supported. Specify a single timestamp value.", name)
	}
	if len(values) == 1 {
		if at, ok := timestamp(strings.TrimSpace(values[0])); ok {
			*to = at
			return nil
		}
	}
	return notAFilter("The specified timestamp isn't valid.")
}

var timestampForm = lazyregexp.New(`^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`)

// timestamp reads a time of ISO 8601. A day that its month has not is one of the next month,
// as recorded.
func timestamp(text string) (time.Time, bool) {
	parts := timestampForm.FindStringSubmatch(text)
	if parts == nil {
		return time.Time{}, false
	}
	number := func(i int) int { n, _ := strconv.Atoi(parts[i]); return n } // digits, all of them
	month, day, hour, minute, second := number(2), number(3), number(4), number(5), number(6)
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	nanos := 0
	if parts[7] != "" {
		nanos, _ = strconv.Atoi((parts[7][1:] + "000000000")[:9])
	}
	at := time.Date(number(1), time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if zone := parts[8]; zone != "Z" {
		hours, _ := strconv.Atoi(zone[1:3])
		minutes, _ := strconv.Atoi(zone[4:])
		offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if zone[0] == '-' {
			offset = -offset
		}
		at = at.Add(-offset)
	}
	return at, true
}
