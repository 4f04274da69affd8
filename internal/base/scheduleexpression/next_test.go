package scheduleexpression_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
)

// TestNext: the times at which expressions are due after one, in turn.
func TestNext(t *testing.T) {
	for _, c := range []struct{ text, zone, after, due string }{
		{"cron(0 12 * * ? *)", "", "2026-02-27T12:00:00Z", "2026-02-28T12:00:00Z 2026-03-01T12:00:00Z"},
		{"cron(0 12 * * ? *)", "", "2026-02-27T11:59:59.999Z", "2026-02-27T12:00:00Z"},
		{"cron(0/30 20-2 ? * MON *)", "", "2026-11-23T01:45:00Z", "2026-11-23T02:00:00Z 2026-11-23T02:30:00Z 2026-11-23T20:00:00Z"},
		{"cron(50-10/5 0 1 1 ? *)", "", "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z 2026-01-01T00:10:00Z 2026-01-01T00:50:00Z 2026-01-01T00:55:00Z 2027-01-01T00:00:00Z"},
		{"cron(0 0 1 NOV-FEB ? *)", "", "2026-11-23T00:00:00Z", "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z 2027-02-01T00:00:00Z 2027-11-01T00:00:00Z"},
		{"cron(0 0 28-3 * ? *)", "", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z 2026-03-02T00:00:00Z 2026-03-03T00:00:00Z 2026-03-28T00:00:00Z"},
		{"cron(0 0 L * ? *)", "", "2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z 2028-03-31T00:00:00Z"},
		{"cron(0 0 L-30 * ? *)", "", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z 2026-05-01T00:00:00Z"},
		{"cron(0 0 LW * ? *)", "", "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z 2026-02-27T00:00:00Z 2026-03-31T00:00:00Z"},
		{"cron(0 0 1W * ? *)", "", "2026-07-02T00:00:00Z", "2026-08-03T00:00:00Z 2026-09-01T00:00:00Z"}, // a Saturday
		{"cron(0 0 15W * ? *)", "", "2026-07-31T00:00:00Z", "2026-08-14T00:00:00Z"},                     // a Saturday
		{"cron(0 0 15W * ? *)", "", "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z"},                     // a Sunday
		{"cron(0 0 31W * ? *)", "", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z 2026-07-31T00:00:00Z"},
		{"cron(0 0 ? * L *)", "", "2026-11-23T00:00:00Z", "2026-11-28T00:00:00Z"},
		{"cron(0 0 ? * 6L *)", "", "2026-11-23T00:00:00Z", "2026-11-27T00:00:00Z 2026-12-25T00:00:00Z"},
		{"cron(0 0 ? * MON#5 *)", "", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z 2027-03-29T00:00:00Z"},
		{"cron(0 0 ? * 1 *)", "", "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z"},
		{"cron(0 0 ? FEB MON#5 *)", "", "2026-11-23T00:00:00Z", "2044-02-29T00:00:00Z 2072-02-29T00:00:00Z 2112-02-29T00:00:00Z"},
		{"cron(0 0 29 FEB ? *)", "", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"cron(0 0 1 1 ? 2027,2028-2032/2)", "", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z 2028-01-01T00:00:00Z 2030-01-01T00:00:00Z 2032-01-01T00:00:00Z -"},
		{"cron(0 0 1 1 ? 2199)", "", "2026-01-01T00:00:00Z", "2199-01-01T00:00:00Z -"},
		{"cron(0 0 1 1 ? 1970)", "", "2026-01-01T00:00:00Z", "-"},
		{"cron(0 0 31 FEB ? *)", "", "2026-01-01T00:00:00Z", "-"},
		{"cron(* * 30,31 FEB ? *)", "Europe/Berlin", "2026-01-01T00:00:00Z", "-"},
		{"cron(0 0 1 1 ? 2147483647)", "", "2026-01-01T00:00:00Z", "-"},
		{"rate(1 day)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z 2026-10-26T12:00:00Z"},
		{"rate(2147483647 days)", "", "2026-10-24T12:00:00Z", "-"},
		{"at(2026-09-26T19:02:12)", "", "2026-09-26T19:02:11Z", "2026-09-26T19:02:12Z -"},
		{"at(2026-09-26T19:02:12)", "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-09-26T17:02:12Z -"},
		{"at(2027-03-14T02:30:00)", "America/New_York", "2026-01-01T00:00:00Z", "-"}, // skipped
		{"at(2026-10-25T02:30:00)", "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-10-25T00:30:00Z -"},
		// Clocks in Berlin go from 2 to 3 on 29 March 2026, and from 3 to 2 on 25 October.
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-27T12:00:00Z", "2026-03-28T01:30:00Z 2026-03-30T00:30:00Z"},
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
		{"cron(0 * * * ? *)", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"},
		{"cron(0 * * * ? *)", "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z 2026-10-25T02:00:00Z"},
		{"cron(*/20 * * * ? *)", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-25T02:00:00Z"}, // 2:10 for the second time
		{"cron(15 0 * * ? *)", "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-30T10:15:00Z"},    // which had no 30 December
		{"cron(30 2 ? MAR SUN#2 *)", "America/New_York", "2026-01-01T00:00:00Z", "-"},             // always skipped
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		e, err := scheduleexpression.Parse(c.text, scheduleexpression.Scheduler)
		if err != nil {
			t.Fatal(err)
		}
		if c.zone != "" {
			zone, err := scheduleexpression.LoadZone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			e = e.In(zone)
		}
		anchor := after
		for want := range strings.SplitSeq(c.due, " ") {
			got := "-"
			if due, ok := e.Next(after, anchor); ok {
				got, after = due.Format(time.RFC3339), due
			}
			if got != want {
				t.Errorf("%s in %q after %s: %s, not %s", c.text, c.zone, c.after, got, want)
			}
		}
	}
}

func TestRateCountsFromItsAnchor(t *testing.T) {
	e, err := scheduleexpression.Parse("rate(5 minutes)", scheduleexpression.Rules)
	if err != nil {
		t.Fatal(err)
	}
	anchor := time.Date(2026, 1, 1, 0, 0, 7, 0, time.UTC)
	for after, want := range map[time.Duration]time.Duration{-time.Hour: 0, -1: 0, 0: 5 * time.Minute,
		5*time.Minute - 1: 5 * time.Minute, 5 * time.Minute: 10 * time.Minute, 1000*time.Hour + 1: 1000*time.Hour + 5*time.Minute} {
		if due, ok := e.Next(anchor.Add(after), anchor); !ok || due.Sub(anchor) != want {
			t.Errorf("%v after the anchor it is next due at %v, not %v", after, due.Sub(anchor), want)
		}
	}
}

func TestOneTime(t *testing.T) {
	for text, want := range map[string]bool{"at(2027-01-01T00:00:00)": true, "rate(1 day)": false, "cron(0 0 1 1 ? 2027)": false} {
		e, err := scheduleexpression.Parse(text, scheduleexpression.Scheduler)
		if err != nil || e.OneTime() != want {
			t.Errorf("%s is one-time: %v, %v", text, e.OneTime(), err)
		}
	}
	if due, ok := (scheduleexpression.Expression{}).Next(time.Now(), time.Now()); ok {
		t.Errorf("no expression is due at %v", due)
	}
}

func TestRefused(t *testing.T) {
	for _, text := range []string{"at(2027-02-30T00:00:00)", "at(2027-01-01T00:00:00.5)", "at(2027-01-01)", "at()", "cron()",
		"rate()", "cron(0 0 1,L * ? *)", "cron(0 0 L-31 * ? *)", "cron(0 0 L-x * ? *)", "cron(0 0 ? * L,MON *)", "cron(0 0 5L * ? *)",
		"cron(5W * * * ? *)", "cron(* 5L * * ? *)", "cron(0 0 ? * FRI-8 *)", "cron(0,,5 0 * * ? *)", "cron(0/ 0 * * ? *)",
		"cron(- 0 * * ? *)", "cron(0-- 0 * * ? *)", "cron(0 0 ? * TUE# *)", "cron(0 0 ? * TUE#+1 *)", "cron(0 0 * FOO ? *)", "cron", "(", ")"} {
		if _, err := scheduleexpression.Parse(text, scheduleexpression.Scheduler); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	for _, name := range []string{"", "Local", "Not/AZone", "Europe", "../etc/passwd", "/etc/localtime", "localtime"} {
		if _, err := scheduleexpression.LoadZone(name); err == nil {
			t.Errorf("zone %q is accepted", name)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	zone, err := scheduleexpression.LoadZone("America/New_York")
	if err != nil {
		b.Fatal(err)
	}
	after := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, text := range map[string]string{"nightly": "cron(30 1 * * ? *)", "never": "cron(* 2 ? MAR SUN#2 *)", "no day": "cron(0 0 31 FEB ? *)"} {
		b.Run(name, func(b *testing.B) {
			e, err := scheduleexpression.Parse(text, scheduleexpression.Scheduler)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				e.In(zone).Next(after, after)
			}
		})
	}
}
