package scheduleexpression

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is due at the times of the calendar that its six fields name.
type cron struct {
	minutes, hours, months uint64 // a bit for each value
	days                   days
	years                  []span
}

// span is a range of years with an increment.
type span struct{ first, last, step int }

// field is what one of the six may hold.
type field struct {
	name     string
	min, max int
	names    []string // of the values from min on
}

var (
	minutes = field{name: "minutes", min: 0, max: 59}
	hours   = field{name: "hours", min: 0, max: 23}
	months  = field{name: "month", min: 1, max: 12, names: []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
		"JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}
	daysOfMonth = field{name: "day of month", min: 1, max: 31}
	daysOfWeek  = field{name: "day of week", min: 1, max: 7, names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	// AWS takes any year that an integer of 32 bits holds. Source: recorded answers of AWS.
	years = field{name: "year", min: 0, max: 1<<31 - 1}
)

// parseCron reads "minutes hours day-of-month month day-of-week year", of which Scheduler can do without the year.
func parseCron(text string, dialect Dialect) (*cron, error) {
	fields := strings.Split(strings.ToUpper(text), " ")
	if len(fields) == 5 && dialect == Scheduler {
		fields = append(fields, "*")
	}
	if len(fields) != 6 {
		return nil, fmt.Errorf("cron takes six fields with one blank between them, not %d", len(fields))
	}
	c := &cron{}
	var errs [5]error
	c.minutes, errs[0] = minutes.values(fields[0])
	c.hours, errs[1] = hours.values(fields[1])
	c.months, errs[2] = months.values(fields[3])
	c.days, errs[3] = parseDays(fields[2], fields[4])
	c.years, errs[4] = parseYears(fields[5])
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return c, nil
}

// values reads a field in which each item is a value, a range or an increment.
func (f field) values(text string) (set uint64, err error) {
	for item := range strings.SplitSeq(text, ",") {
		first, last, step, err := f.item(item)
		if err != nil {
			return 0, err
		}
		if last < first { // wraps: 22-2, or NOV-FEB
			last += f.max - f.min + 1
		}
		for v := first; v <= last; v += step {
			if v > f.max {
				set |= 1 << (v - f.max - 1 + f.min)
			} else {
				set |= 1 << v
			}
		}
	}
	return set, nil
}

// item reads `*`, `5`, `MON-FRI`, `*/15`, `5/15` or `0-30/10`. An increment of 0 leaves the first value alone, and so
// does one that is larger than the field. Letters that follow a value or a range are passed over: `33x` is 33,
// `TUESDAY` is TUE, and `1-5W` is 1-5. Source: recorded answers and deliveries of AWS (for a W after a range nothing
// shows that it means more than these letters).
func (f field) item(text string) (first, last, step int, err error) {
	rest, open := text, false
	if after, ok := strings.CutPrefix(text, "*"); ok {
		first, last, rest, open = f.min, f.max, after, true
	} else {
		if first, rest, err = f.value(text); err != nil {
			return 0, 0, 0, err
		}
		last = first
		if after, ok := strings.CutPrefix(rest, "-"); ok {
			if last, rest, err = f.value(after); err != nil {
				return 0, 0, 0, err
			}
			open = true
		}
		if open || rest != "L" && rest != "W" { // which stand in fields of days alone
			rest = strings.TrimLeft(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		}
	}
	step = 1
	if after, ok := strings.CutPrefix(rest, "/"); ok {
		value, err := strconv.ParseInt(after, 10, 32)
		if err != nil || !isDigits(after) {
			return 0, 0, 0, f.refuse(text)
		}
		switch {
		case value == 0:
			last = first
		case !open:
			last = f.max
		}
		return first, last, max(1, int(value)), nil
	}
	if rest != "" {
		return 0, 0, 0, f.refuse(text)
	}
	return first, last, step, nil
}

// value reads a number or a name at the beginning of a text.
func (f field) value(text string) (v int, rest string, err error) {
	for i, name := range f.names {
		if after, ok := strings.CutPrefix(text, name); ok {
			return f.min + i, after, nil
		}
	}
	rest = strings.TrimLeft(text, "0123456789")
	number, err := strconv.ParseInt(text[:len(text)-len(rest)], 10, 32)
	if err != nil || int(number) < f.min || int(number) > f.max {
		return 0, "", f.refuse(text)
	}
	return int(number), rest, nil
}

func (f field) refuse(text string) error {
	return fmt.Errorf("%s: %q is none", f.name, text)
}

// parseYears reads the last field. Years are the only values that do not wrap.
func parseYears(text string) (spans []span, err error) {
	for item := range strings.SplitSeq(text, ",") {
		first, last, step, err := years.item(item)
		if err == nil && last < first {
			err = years.refuse(item)
		}
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(item, "*") {
			first = 1970 // what an increment counts from. Source: EventBridge user guide: years are 1970 to 2199.
		}
		spans = append(spans, span{first, last, step})
	}
	return spans, nil
}

// horizon is after how many years the calendar repeats: a cron that names no time in them names none later, but for
// years of its own.
const horizon = 400

// next walks from year to year, month to month and day to day, through those that the fields name.
func (c *cron) next(after, _ time.Time, zone *time.Location) (time.Time, bool) {
	from := wallOf(after.In(zone))
	from.second = 0
	for year, ok := c.year(from.year); ok && year <= from.year+horizon; year, ok = c.year(year + 1) {
		for month := range bits(c.months) {
			if year == from.year && month < from.month {
				continue
			}
			for day := range bits(c.days.in(year, time.Month(month))) {
				date := wall{year: year, month: month, day: day}
				today := date == wall{year: from.year, month: from.month, day: from.day}
				if year == from.year && month == from.month && day < from.day {
					continue
				}
				if t, ok := c.onDay(date, today, from, after, zone); ok {
					return t, true
				}
			}
		}
	}
	return time.Time{}, false
}

// onDay is the first time of a day that is after another. Of the day of that one, times up to it are passed over.
func (c *cron) onDay(w wall, today bool, from wall, after time.Time, zone *time.Location) (time.Time, bool) {
	for w.hour = range bits(c.hours) {
		if today && w.hour < from.hour {
			continue
		}
		for w.minute = range bits(c.minutes) {
			if today && w.hour == from.hour && w.minute < from.minute {
				continue
			}
			// What is in the zone but not after it is a time that clocks have shown before.
			if t, ok := w.in(zone); ok && t.After(after) {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// year is the first one from another on that the last field names.
func (c *cron) year(from int) (year int, ok bool) {
	for _, s := range c.years {
		y := s.first
		if from > y {
			y += (from - y + s.step - 1) / s.step * s.step
		}
		if y <= s.last && (!ok || y < year) {
			year, ok = y, true
		}
	}
	return year, ok
}
