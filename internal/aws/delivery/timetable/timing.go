package timetable

import (
	"hash/fnv"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// timing is when a rule or a schedule is due, as far as its row tells.
type timing struct {
	expression scheduleexpression.Expression
	anchor     time.Time  // what a rate counts from
	after      time.Time  // due times are later
	last       time.Time  // up to it due times were acted on
	end        *time.Time // they are not later than that; nil: as they come
	name       string     // what the place in a window is drawn from, beside the due time
	window     time.Duration
}

// next is the next due time, and the time at which it is acted on, which is later where there is a window. Of what is
// due repeatedly, times are left out that should have been acted on longer ago than late: the emulator was down
// then, or the machine slept. What is due once is due all the same. ok is false where nothing is due any more.
// No time is acted on before an earlier one, where windows overlap.
func (t timing) next(now time.Time, late time.Duration) (due, at time.Time, ok bool) {
	after, once, oldest := t.after, t.expression.OneTime(), now.Add(-late)
	if !once {
		after = latest(after, latest(oldest, t.last).Add(-t.window-1)) // what is earlier has no effect on later times
	}
	for {
		due, ok = t.expression.Next(after, t.anchor)
		if !ok || t.end != nil && due.After(*t.end) {
			return time.Time{}, time.Time{}, false
		}
		at = latest(at, due.Add(t.place(due)))
		if due.After(t.last) && (once || !at.Before(oldest)) {
			return due, at, true
		}
		after = due
	}
}

// place is where in its window a schedule is acted on: at a second that follows from its name and the due time, so that
// it is the same in each run. AWS chooses it at random. Source: EventBridge Scheduler user guide, flexible time windows.
func (t timing) place(due time.Time) time.Duration {
	if t.window == 0 {
		return 0
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(t.name + " " + strconv.FormatInt(due.Unix(), 10)))
	mixed := sum.Sum64() * 0x9E3779B97F4A7C15 // names that are alike differ in few bits
	return time.Duration((mixed>>32)%uint64(t.window/time.Second+1)) * time.Second
}

// timingOfRule reads a rule's schedule; ok is false if it is never due. A rate is due a period after it has begun.
func timingOfRule(r *eventbridge.Rule) (t timing, ok bool) {
	if r.ScheduleExpression == "" || !r.Enabled() {
		return t, false
	}
	e, err := scheduleexpression.Parse(r.ScheduleExpression, scheduleexpression.Rules)
	return timing{expression: e, anchor: r.Anchor, after: r.Anchor, last: r.LastDue}, err == nil
}

// timingOfSchedule reads a schedule; ok is false if it is never due. A rate is due as it begins. What is due once has
// no use for start and end. Source: EventBridge Scheduler user guide, schedule types.
func timingOfSchedule(s *eventbridgescheduler.Schedule) (t timing, ok bool) {
	if s.State == types.ScheduleStateDisabled {
		return t, false
	}
	e, err := scheduleexpression.Parse(s.Expression, scheduleexpression.Scheduler)
	if err != nil {
		return t, false
	}
	zone, err := scheduleexpression.LoadZone(s.Zone)
	if err != nil {
		return t, false
	}
	t = timing{expression: e.In(zone), anchor: s.Anchor, name: s.Group + "/" + s.Name}
	t.window = time.Duration(aws.ToInt32(s.Window.MaximumWindowInMinutes)) * time.Minute
	begin := s.Anchor
	if !e.OneTime() {
		t.end = s.End
		if s.Start != nil {
			t.anchor, begin = *s.Start, latest(begin, *s.Start)
		}
	}
	t.after, t.last = begin.Add(-1), s.LastDue
	return t, true
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// NextOfRule is when a rule is due next; ok is false if it is not due any more.
func NextOfRule(r *eventbridge.Rule, now time.Time) (due time.Time, ok bool) {
	t, ok := timingOfRule(r)
	if ok {
		due, _, ok = t.next(now, late)
	}
	return due, ok
}

// NextOfSchedule is when a schedule is due next, without its window; ok is false if it is not due any more.
func NextOfSchedule(s *eventbridgescheduler.Schedule, now time.Time) (due time.Time, ok bool) {
	return nextOfSchedule(s, now, late)
}

func nextOfSchedule(s *eventbridgescheduler.Schedule, now time.Time, late time.Duration) (due time.Time, ok bool) {
	t, ok := timingOfSchedule(s)
	if ok {
		due, _, ok = t.next(now, late)
	}
	return due, ok
}
