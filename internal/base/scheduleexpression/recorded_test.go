package scheduleexpression_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
)

// TestRecordedAnswers holds the package against AWS: which expressions PutRule and CreateSchedule accept and refuse,
// and which rules delivered an event at a minute. Some of what Scheduler answers is from field reports.
func TestRecordedAnswers(t *testing.T) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Rules, Scheduler struct {
			Accepted, Refused, Delivered, NotDelivered []string
			Due                                        time.Time
		}
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	for dialect, answers := range map[scheduleexpression.Dialect]struct{ accepted, refused []string }{
		scheduleexpression.Rules:     {recorded.Rules.Accepted, recorded.Rules.Refused},
		scheduleexpression.Scheduler: {recorded.Scheduler.Accepted, recorded.Scheduler.Refused},
	} {
		for _, text := range answers.accepted {
			if _, err := scheduleexpression.Parse(text, dialect); err != nil {
				t.Errorf("dialect %d: %v", dialect, err)
			}
		}
		for _, text := range answers.refused {
			if _, err := scheduleexpression.Parse(text, dialect); err == nil {
				t.Errorf("dialect %d: %q is accepted", dialect, text)
			}
		}
	}
	due := recorded.Rules.Due
	for _, text := range recorded.Rules.Delivered {
		if got := next(t, text, "", due.Add(-time.Second)); !got.Equal(due) {
			t.Errorf("%s is due at %v, not %v", text, got, due)
		}
	}
	for _, text := range recorded.Rules.NotDelivered {
		if got := next(t, text, "", due.Add(-time.Second)); got.Equal(due) {
			t.Errorf("%s is due at %v", text, got)
		}
	}
}

// next is when an expression is due after a time, in a zone; zero if it is not.
func next(t *testing.T, text, zone string, after time.Time) time.Time {
	t.Helper()
	e, err := scheduleexpression.Parse(text, scheduleexpression.Scheduler)
	if err != nil {
		t.Fatal(err)
	}
	if zone != "" {
		location, err := scheduleexpression.LoadZone(zone)
		if err != nil {
			t.Fatal(err)
		}
		e = e.In(location)
	}
	due, ok := e.Next(after, after)
	if ok == due.IsZero() || ok && !due.After(after) {
		t.Fatalf("%s after %v: %v, %v", text, after, due, ok)
	}
	return due
}
