package scheduleexpression_test

import (
	"strconv"
	"strings"
	"time"
)

// slowNext is what Next should find for the fields of a cron, found by looking at each minute of a stretch of time:
// is it one that clocks have not shown before, and does each field name what they show?
func slowNext(fields []string, after time.Time, zone *time.Location, within time.Duration) time.Time {
	shown := map[time.Time]bool{}
	day, named := "", false
	// It begins a day before, so that it has seen what clocks showed before they were put back.
	minute := after.Truncate(time.Minute).Add(-25 * time.Hour)
	for ; minute.Sub(after) <= within; minute = minute.Add(time.Minute) {
		clock := minute.In(zone)
		if date := clock.Format(time.DateOnly); date != day {
			day, named = date, slowDay(fields, clock)
		}
		if !named { // nor is any other minute of the quarter: zones differ by quarters of an hour
			minute = minute.Truncate(15 * time.Minute).Add(14 * time.Minute)
			continue
		}
		wall := time.Date(clock.Year(), clock.Month(), clock.Day(), clock.Hour(), clock.Minute(), 0, 0, time.UTC)
		if shown[wall] {
			continue
		}
		shown[wall] = true
		if minute.After(after) && slowNames(fields[0], clock.Minute(), 0, 59) && slowNames(fields[1], clock.Hour(), 0, 23) {
			return minute
		}
	}
	return time.Time{}
}

// slowDay tells whether the fields name a day.
func slowDay(fields []string, day time.Time) bool {
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	if !slowYear(fields[5], day.Year()) || !slowNames(fields[3], int(day.Month()), 1, 12) {
		return false
	}
	if fields[2] != "?" {
		return slowNumber(fields[2], day)
	}
	return slowWeekday(strings.ToUpper(fields[4]), day)
}

func slowYear(text string, year int) bool {
	switch text {
	case "*":
		return true
	case "2020-2030":
		return 2020 <= year && year <= 2030
	case "2030/3":
		return year >= 2030 && year%3 == 2030%3
	default: // 2012,2027
		return year == 2012 || year == 2027
	}
}

// slowNames tells whether a field of values, ranges and increments names a value, by going from the first value of
// each item as far as the item does.
func slowNames(text string, value, low, high int) bool {
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimRight(item, "W")
		set, step, stepped := strings.Cut(item, "/")
		from, to, ranged := strings.Cut(set, "-")
		first, last := low, high
		if set != "*" {
			first, _ = strconv.Atoi(from)
			last = first
			if stepped {
				last = high
			}
			if ranged {
				last, _ = strconv.Atoi(to)
			}
		}
		by := 1
		if stepped {
			by, _ = strconv.Atoi(step)
		}
		left := by
		for v := first; ; v++ {
			if v > high {
				v = low
			}
			if left == by {
				left = 0
				if v == value {
					return true
				}
			}
			if v == last || by == 0 {
				break
			}
			left++
		}
	}
	return false
}

func slowNumber(text string, day time.Time) bool {
	last := day.Day()
	for d := day; d.Month() == day.Month(); d = d.AddDate(0, 0, 1) {
		last = d.Day()
	}
	switch {
	case text == "L":
		return day.Day() == last
	case text == "LW":
		return slowNearest(last, last, day)
	case strings.HasPrefix(text, "L-"):
		offset, _ := strconv.Atoi(text[2:])
		return day.Day() == last-offset
	}
	for item := range strings.SplitSeq(text, ",") {
		if number, ok := strings.CutSuffix(item, "W"); ok && !strings.Contains(item, "-") {
			to, _ := strconv.Atoi(number)
			if to <= last && slowNearest(to, last, day) {
				return true
			}
		} else if slowNames(item, day.Day(), 1, 31) {
			return true
		}
	}
	return false
}

// slowNearest tells whether a day is the weekday that is nearest to another day of its month.
func slowNearest(to, last int, day time.Time) bool {
	for _, distance := range []int{0, -1, 1, -2, 2} {
		n := to + distance
		if n < 1 || n > last {
			continue
		}
		if w := time.Date(day.Year(), day.Month(), n, 0, 0, 0, 0, time.UTC).Weekday(); w != time.Saturday && w != time.Sunday {
			return day.Day() == n
		}
	}
	return false
}

func slowWeekday(text string, day time.Time) bool {
	numbers := strings.NewReplacer("SUN", "1", "MON", "2", "TUE", "3", "WED", "4", "THU", "5", "FRI", "6", "SAT", "7", "DAY", "")
	weekday := int(day.Weekday()) + 1
	for item := range strings.SplitSeq(numbers.Replace(text), ",") {
		number, nth, _ := strings.Cut(item, "#")
		switch {
		case item == "L":
			if weekday == 7 {
				return true
			}
		case nth != "":
			earlier, _ := strconv.Atoi(nth)
			if number == strconv.Itoa(weekday) && day.AddDate(0, 0, -7*earlier).Month() != day.Month() &&
				day.AddDate(0, 0, -7*(earlier-1)).Month() == day.Month() {
				return true
			}
		case strings.HasSuffix(item, "L"):
			if item == strconv.Itoa(weekday)+"L" && day.AddDate(0, 0, 7).Month() != day.Month() {
				return true
			}
		case slowNames(item, weekday, 1, 7):
			return true
		}
	}
	return false
}
