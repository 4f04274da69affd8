package taskcause

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// what is the task and what has become of it: Task 3f2a91c0 of service:web stopped at 12:03:11.
func (q *question) what() string {
	t, name := q.t, q.name()
	switch {
	case t.Ended():
		return name + " stopped at " + q.time(t.Status.StoppedAt)
	case t.Stop != nil:
		return name + " has been stopping since " + q.time(t.Stop.At)
	case t.Status.LastStatus == state.Running:
		return name + " is RUNNING"
	default:
		return name + " has been starting since " + q.time(t.Spec.CreatedAt) + ", and is " + t.Status.LastStatus
	}
}

func (q *question) name() string {
	name := "Task " + activity.ShortID(arn.Name(q.t.ARN)) + " of " + oneLine(strings.TrimPrefix(q.t.Spec.Group, "family:"))
	if cluster := arn.ClusterName(q.t.ARN); cluster != "default" {
		name += " in cluster " + cluster
	}
	return name
}

// time is a time of day in UTC, with the day where that is not today's.
func (q *question) time(at time.Time) string {
	now, at := q.Now.UTC(), at.UTC()
	if now.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}

// revision is the task definition, family:revision.
func (q *question) revision() string {
	return q.t.Spec.FamilyName() + ":" + strconv.Itoa(q.t.Spec.Revision)
}

// span is a duration for people: 0.4 s, 12 s, 3m20s.
func span(d time.Duration) string {
	switch {
	case d < 50*time.Millisecond:
		return "less than 0.1 s"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// longest is how much of a text of others a sentence has.
const longest = 300

// oneLine is a text of others in a sentence: in one line, without what moves a terminal's cursor, and not too long.
func oneLine(text string) string {
	text = strings.TrimSpace(activity.OneLine(text))
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

func quoted(text string) string { return `"` + oneLine(text) + `"` }

// ended has one full stop at its end.
func ended(text string) string { return strings.TrimRight(text, ". ") + "." }

// listed joins names: a, b and c.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func noted(at time.Time, format string, args ...any) why.Evidence {
	return why.Evidence{At: at, Text: fmt.Sprintf(format, args...)}
}
