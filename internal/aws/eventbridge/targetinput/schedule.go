package targetinput

import (
	"strconv"
	"strings"
	"time"
)

// Run is a run of a schedule, as its Input may name it.
type Run struct {
	ScheduleARN string
	Due         time.Time // without the flexible window
	ID          string    // of the execution
}

// Schedule fills in what an Input says of a run. Placeholders are text: within quotes they need to stand by themselves.
// Source: EventBridge Scheduler user guide, adding context attributes.
func Schedule(input string, r Run) string {
	return strings.NewReplacer(
		"<aws.scheduler.schedule-arn>", r.ScheduleARN,
		"<aws.scheduler.scheduled-time>", r.Due.UTC().Format(time.RFC3339),
		"<aws.scheduler.execution-id>", r.ID,
	).Replace(input)
}

// Attempt fills in the number of an attempt, from 1 on, which is another one with each.
func Attempt(input string, number int) string {
	return strings.ReplaceAll(input, "<aws.scheduler.attempt-number>", strconv.Itoa(number))
}
