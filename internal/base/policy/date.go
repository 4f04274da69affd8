package policy

import (
	"strconv"
	"strings"
	"time"
)

// Date reads a date as conditions do, in UTC.
func Date(text string) (date time.Time, ok bool) {
	milliseconds, ok := readDate(text)
	return time.UnixMilli(milliseconds).UTC(), ok
}

// readDate reads ISO 8601, a day, a month, a year of four digits, or seconds since 1970 as milliseconds since then: what
// is finer does not count (AC41). Without a zone it is UTC.
func readDate(s string) (milliseconds int64, ok bool) {
	if digits, negative := cutSign(s); allDigits(digits) && (len(digits) != 4 || digits != s) {
		seconds, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || seconds > maxSeconds {
			return 0, false
		}
		if negative {
			seconds = -seconds
		}
		return seconds * 1000, true
	}
	day, clock := s, ""
	if i := strings.IndexAny(s, "Tt "); i >= 0 {
		if day, clock = s[:i], s[i+1:]; clock == "" {
			return 0, false
		}
	}
	midnight, ok := readDay(day)
	if !ok || clock == "" {
		return midnight, ok
	}
	since, ok := readClock(clock)
	return midnight + since, ok
}

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

// readDay reads 2026, 2026-01 or 2026-01-02.
func readDay(s string) (milliseconds int64, ok bool) {
	fields := strings.Split(s, "-")
	date := [3]int{0, 1, 1}
	if len(fields) > len(date) || len(fields[0]) != 4 {
		return 0, false
	}
	for i, field := range fields {
		if !allDigits(field) || len(field) > 4 {
			return 0, false
		}
		date[i], _ = strconv.Atoi(field)
	}
	t := time.Date(date[0], time.Month(date[1]), date[2], 0, 0, 0, 0, time.UTC)
	return t.UnixMilli(), t.Month() == time.Month(date[1]) && t.Day() == date[2] && t.Year() == date[0]
}

// readClock reads 15:04, 15:04:05 or 15:04:05.678, with a zone or without one, as milliseconds of the day in UTC.
func readClock(s string) (milliseconds int64, ok bool) {
	s, zone, ok := cutZone(s)
	if !ok {
		return 0, false
	}
	s, fraction, has := strings.Cut(s, ".")
	fields := strings.Split(s, ":")
	if len(fields) < 2 || len(fields) > 3 || has && (len(fields) != 3 || !allDigits(fraction)) {
		return 0, false
	}
	for i, field := range fields {
		n, fine := twoDigits(field, [3]int{23, 59, 59}[i])
		if !fine {
			return 0, false
		}
		milliseconds += n * [3]int64{3600_000, 60_000, 1000}[i]
	}
	thousandths, _ := strconv.ParseInt((fraction + "000")[:3], 10, 64)
	return milliseconds + thousandths - zone, true
}

// cutZone takes Z, +02:00, +0200 or +02 from the end of a time.
func cutZone(s string) (rest string, milliseconds int64, ok bool) {
	if strings.HasSuffix(s, "Z") || strings.HasSuffix(s, "z") {
		return s[:len(s)-1], 0, true
	}
	i := strings.LastIndexAny(s, "+-")
	if i < 0 {
		return s, 0, true
	}
	zone := strings.Replace(s[i+1:], ":", "", 1)
	if len(zone) == 2 {
		zone += "00"
	}
	if len(zone) != 4 {
		return s, 0, false
	}
	hours, okHours := twoDigits(zone[:2], 23)
	minutes, okMinutes := twoDigits(zone[2:], 59)
	milliseconds = hours*3600_000 + minutes*60_000
	if s[i] == '-' {
		milliseconds = -milliseconds
	}
	return s[:i], milliseconds, okHours && okMinutes
}

func twoDigits(s string, most int) (n int64, ok bool) {
	if len(s) != 2 || !allDigits(s) {
		return 0, false
	}
	n, _ = strconv.ParseInt(s, 10, 64)
	return n, n <= int64(most)
}
