package timetable

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// made is when all schedules of these tests were made: a Friday.
var made = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func schedule(expression string, change ...func(*eventbridgescheduler.Schedule)) *eventbridgescheduler.Schedule {
	s := &eventbridgescheduler.Schedule{Group: "default", Name: "s", Expression: expression, Zone: "UTC", State: types.ScheduleStateEnabled, Anchor: made}
	for _, f := range change {
		f(s)
	}
	return s
}

// dues are the first times at which a schedule is acted on, if that is done at once, from a time on.
func dues(s *eventbridgescheduler.Schedule, now time.Time, n int) (list []string) {
	next := *s
	for range n {
		t, ok := timingOfSchedule(&next)
		if !ok {
			break
		}
		due, at, ok := t.next(now, late)
		if !ok {
			break
		}
		next.LastDue = due
		now = latest(now, at)
		list = append(list, due.Sub(made).String())
	}
	return list
}

func TestDueTimes(t *testing.T) {
	hour := func(n int) *time.Time { return aws.Time(made.Add(time.Duration(n) * time.Hour)) }
	for i, test := range []struct {
		schedule *eventbridgescheduler.Schedule
		now      time.Time
		want     string
	}{
		{schedule("rate(1 hour)"), made, "[0s 1h0m0s 2h0m0s]"},
		{schedule("rate(1 hour)", func(s *eventbridgescheduler.Schedule) { s.Start = hour(5) }), made, "[5h0m0s 6h0m0s 7h0m0s]"},
		{schedule("rate(1 hour)", func(s *eventbridgescheduler.Schedule) { s.Start, s.End = hour(5), hour(6) }), made, "[5h0m0s 6h0m0s]"},
		{schedule("rate(1 hour)", func(s *eventbridgescheduler.Schedule) { s.State = types.ScheduleStateDisabled }), made, "[]"},
		{schedule("cron(0 * * * ? *)"), made, "[0s 1h0m0s 2h0m0s]"},
		{schedule("cron(0 * * * ? *)", func(s *eventbridgescheduler.Schedule) { s.End = hour(-1) }), made, "[]"},
		{schedule("cron(0 14 * * ? *)", func(s *eventbridgescheduler.Schedule) { s.Zone = "Europe/Berlin" }), made, "[1h0m0s 25h0m0s 49h0m0s]"},
		// What is due once is due once, though its start is to come and its end is over.
		{schedule("at(2026-11-20T13:00:00)", func(s *eventbridgescheduler.Schedule) { s.Start, s.End = hour(5), hour(-5) }), made, "[1h0m0s]"},
		{schedule("at(2026-11-20T11:00:00)"), made, "[]"},
		// After a time without the emulator: what was due repeatedly is left out, unless it was just now.
		{schedule("rate(1 hour)"), made.Add(90 * time.Minute), "[2h0m0s 3h0m0s 4h0m0s]"},
		{schedule("rate(1 hour)"), made.Add(time.Hour + time.Minute), "[1h0m0s 2h0m0s 3h0m0s]"},
		{schedule("rate(1 hour)"), made.Add(time.Hour + time.Minute + 1), "[2h0m0s 3h0m0s 4h0m0s]"},
		{schedule("rate(1 minute)"), made.Add(30 * time.Second), "[0s 1m0s 2m0s]"},
		{schedule("at(2026-11-20T13:00:00)"), made.Add(1000 * time.Hour), "[1h0m0s]"},
		{schedule("at(2026-11-20T13:00:00)", func(s *eventbridgescheduler.Schedule) { s.LastDue = *hour(1) }), made.Add(1000 * time.Hour), "[]"},
	} {
		if got := fmt.Sprint(dues(test.schedule, test.now, 3)); got != test.want {
			t.Errorf("%d: %s is due %s, want %s", i, test.schedule.Expression, got, test.want)
		}
	}
}

// A window puts each due time off by less than its size, always by the same, and is waited for when it is long past.
func TestWindows(t *testing.T) {
	s := schedule("rate(1 day)", func(s *eventbridgescheduler.Schedule) {
		s.Window = types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(60)}
	})
	places := map[time.Duration]int{}
	for day := range 200 {
		s.LastDue = made.AddDate(0, 0, day)
		timing, _ := timingOfSchedule(s)
		due, at, ok := timing.next(s.LastDue, late)
		_, again, _ := timing.next(s.LastDue, late)
		if put := at.Sub(due); !ok || !due.Equal(made.AddDate(0, 0, day+1)) || put < 0 || put > time.Hour || !again.Equal(at) {
			t.Fatalf("day %d: %v, %v, %v", day, due, at, again)
		}
		if _, _, ok := timing.next(at.Add(late), late); !ok {
			t.Fatal("it is left out at its time")
		}
		if skipped, _, _ := timing.next(at.Add(late+1), late); !skipped.After(due) {
			t.Fatalf("%v is due at %v", skipped, at.Add(late+1))
		}
		places[at.Sub(due).Truncate(6*time.Minute)]++
	}
	if len(places) < 8 {
		t.Errorf("the places are not spread: %v", places)
	}
	timing, _ := timingOfSchedule(s)
	other := timing
	other.name = "default/t"
	if timing.place(made) == other.place(made) {
		t.Error("two schedules have the same place")
	}
}

// Windows that are larger than the time between two due times overlap. Each time is acted on, in turn.
func TestWindowsThatOverlap(t *testing.T) {
	s := schedule("rate(5 minutes)", func(s *eventbridgescheduler.Schedule) {
		s.Window = types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(15)}
	})
	for i, due := range dues(s, made, 100) {
		if want := (time.Duration(i) * 5 * time.Minute).String(); due != want {
			t.Fatalf("after %d times it is due at %s, not %s", i, due, want)
		}
	}
}

func TestDueTimesOfRules(t *testing.T) {
	r := &eventbridge.Rule{ScheduleExpression: "rate(5 minutes)", State: "ENABLED", Anchor: made}
	if due, ok := NextOfRule(r, made); !ok || due.Sub(made) != 5*time.Minute {
		t.Errorf("%v, %v", due, ok)
	}
	if due, ok := NextOfRule(r, made.Add(12*time.Minute)); !ok || due.Sub(made) != 15*time.Minute {
		t.Errorf("%v, %v", due, ok)
	}
	for _, never := range []*eventbridge.Rule{{ScheduleExpression: "rate(5 minutes)", State: "DISABLED"}, {State: "ENABLED"}} {
		if due, ok := NextOfRule(never, made); ok {
			t.Error(due)
		}
	}
}
