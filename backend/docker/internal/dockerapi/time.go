package dockerapi

import (
	"context"
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

// Time is the engine's clock, by which its timestamps are to be judged.
func (c Client) Time(ctx context.Context) (time.Time, error) {
	info, err := c.Info(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, info.SystemTime)
}

// Pauses between attempts to reach an engine again: the first one, and the last one to which they
// double.
const (
	FirstRetry = 250 * time.Millisecond
	LastRetry  = 10 * time.Second
)
