package alarmstate

import "time"

// Time is a time as history, events and reasons have it. Source: recorded answers.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }
