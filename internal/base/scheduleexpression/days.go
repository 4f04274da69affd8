package scheduleexpression

import (
	"errors"
	"iter"
	mathbits "math/bits"
	"strconv"
	"strings"
	"time"
)

// days are the days of a month that a cron names: by their numbers or by their weekdays, never by both.
type days struct {
	numbers  uint64 // 5, 1-10
	nearest  uint64 // 15W: the weekday nearest to the 15th
	last     bool   // L
	offset   int    // L-3: days before the last
	lastWeek bool   // LW, the last weekday

	weekdays     uint64 // MON-FRI; Sunday is 1
	lastWeekdays uint64 // 6L, the last Friday
	nthWeekday   int    // TUE#2
	nth          int
}

// parseDays reads the fields of days. One of them is `?`, and the other is not.
func parseDays(ofMonth, ofWeek string) (d days, err error) {
	switch {
	case (ofMonth == "?") == (ofWeek == "?"):
		return d, errors.New("one of day of month and day of week is ?, and the other is not")
	case ofWeek == "?":
		return d, d.parseNumbers(ofMonth)
	default:
		return d, d.parseWeekdays(ofWeek)
	}
}

func (d *days) parseNumbers(text string) error {
	if after, ok := strings.CutPrefix(text, "L"); ok {
		return d.parseLast(text, after)
	}
	for item := range strings.SplitSeq(text, ",") {
		if day, rest, err := daysOfMonth.value(item); err == nil && rest == "W" {
			d.nearest |= 1 << day
			continue
		}
		set, err := daysOfMonth.values(item)
		if err != nil {
			return daysOfMonth.refuse(item)
		}
		d.numbers |= set
	}
	return nil
}

// parseLast reads `L`, `LW`, `L-3` and `L-3W`, of which the last is nowhere recorded: it is what the others come to.
func (d *days) parseLast(text, after string) error {
	after, d.lastWeek = strings.CutSuffix(after, "W")
	d.last = true
	if after == "" {
		return nil
	}
	digits, ok := strings.CutPrefix(after, "-")
	offset, err := strconv.Atoi(digits)
	if !ok || err != nil || !isDigits(digits) || offset > 30 {
		return daysOfMonth.refuse(text)
	}
	d.offset = offset
	return nil
}

// parseWeekdays reads the field of weekdays. `L` is the last day of the week, Saturday, and `#` stands in one item
// that is alone. Source: EventBridge user guide, cron expressions reference; recorded answers of AWS for two `#`.
func (d *days) parseWeekdays(text string) error {
	if text == "L" {
		d.weekdays = 1 << 7
		return nil
	}
	if before, nth, ok := strings.Cut(text, "#"); ok {
		day, rest, err := daysOfWeek.value(before)
		n, convErr := strconv.Atoi(nth)
		if err != nil || rest != "" || convErr != nil || !isDigits(nth) || n < 1 || n > 5 {
			return daysOfWeek.refuse(text)
		}
		d.nthWeekday, d.nth = day, n
		return nil
	}
	for item := range strings.SplitSeq(text, ",") {
		if day, rest, err := daysOfWeek.value(item); err == nil && rest == "L" {
			d.lastWeekdays |= 1 << day
			continue
		}
		set, err := daysOfWeek.values(item)
		if err != nil {
			return err
		}
		d.weekdays |= set
	}
	return nil
}

// in are the days of a month that d names.
func (d days) in(year int, month time.Month) (set uint64) {
	length := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	first := int(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday()) + 1
	weekday := func(day int) int { return (first+day-2)%7 + 1 }
	// nearest is the weekday nearest to a day. Source: EventBridge user guide, cron expressions reference; that it stays
	// in the month is the custom of cron.
	nearest := func(day int) uint64 {
		switch weekday(day) {
		case 7: // Saturday
			if day == 1 {
				return 1 << 3
			}
			return 1 << (day - 1)
		case 1: // Sunday
			if day == length {
				return 1 << (day - 2)
			}
			return 1 << (day + 1)
		}
		return 1 << day
	}
	set = d.numbers & (1<<(length+1) - 1)
	if day := length - d.offset; d.last && day > 0 {
		if d.lastWeek {
			set |= nearest(day)
		} else {
			set |= 1 << day
		}
	}
	for day := range bits(d.nearest) {
		if day <= length {
			set |= nearest(day)
		}
	}
	if d.weekdays|d.lastWeekdays == 0 && d.nth == 0 {
		return set
	}
	for day := 1; day <= length; day++ {
		w := weekday(day)
		if d.weekdays&(1<<w) != 0 || d.lastWeekdays&(1<<w) != 0 && day+7 > length || d.nth == (day+6)/7 && d.nthWeekday == w {
			set |= 1 << day
		}
	}
	return set
}

// bits are the positions of the bits that are set, from the lowest on.
func bits(set uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; set != 0; set &= set - 1 {
			if !yield(mathbits.TrailingZeros64(set)) {
				return
			}
		}
	}
}
