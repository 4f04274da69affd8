package dockerapi

import (
	"fmt"
	"time"
)

// ParseTime reads a time of the engine's answers, whose zero is the year 1.
func ParseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t
}

// FormatTime writes a time as the engine wants it in a query.
func FormatTime(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }
