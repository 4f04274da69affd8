package scheduleexpression_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
)

// FuzzCron holds Next against slowNext, with expressions, zones and times that are drawn from bytes.
func FuzzCron(f *testing.F) {
	for seed := range 64 {
		draws := make([]byte, 64)
		for i := range draws {
			draws[i] = byte(i*i*(seed+3) + 31*seed)
		}
		f.Add(draws)
	}
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
		"Africa/Casablanca", "Pacific/Apia", "America/Santiago"}
	f.Fuzz(func(t *testing.T, draws []byte) {
		d := drawer{draws}
		fields := d.cron()
		zone, err := scheduleexpression.LoadZone(zones[d.below(len(zones))])
		if err != nil {
			t.Fatal(err)
		}
		after := time.Date(2008+d.below(40), time.January, 1, 0, 0, d.below(86400), d.below(2), time.UTC).AddDate(0, 0, d.below(366))
		text := "cron(" + strings.Join(fields, " ") + ")"
		e, err := scheduleexpression.Parse(text, scheduleexpression.Rules)
		if err != nil {
			t.Fatal(err)
		}
		const within = 500 * 24 * time.Hour
		want := slowNext(fields, after, zone, within)
		got, ok := e.In(zone).Next(after, after)
		if want.IsZero() && (!ok || got.Sub(after) > within) {
			return
		}
		if !got.Equal(want) {
			t.Errorf("%s in %s after %v is due at %v, %v, not %v", text, zone, after, got.In(zone), ok, want)
		}
	})
}

// FuzzParse: no text makes it panic, and one that is accepted has a next time that is later, or none, soon.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		f.Fatal(err)
	}
	var recorded map[string]struct{ Accepted, Refused, Delivered []string }
	if err := json.Unmarshal(data, &recorded); err != nil {
		f.Fatal(err)
	}
	for _, r := range recorded {
		for _, texts := range [][]string{r.Accepted, r.Refused, r.Delivered} {
			for _, text := range texts {
				f.Add(text)
			}
		}
	}
	zone, err := scheduleexpression.LoadZone("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, rulesErr := scheduleexpression.Parse(text, scheduleexpression.Rules)
		e, err := scheduleexpression.Parse(text, scheduleexpression.Scheduler)
		if rulesErr == nil && (err != nil || rules.OneTime()) {
			t.Errorf("%q: rules take it, Scheduler does not: %v", text, err)
		}
		if err != nil {
			return
		}
		after := time.Date(2026, 3, 29, 0, 30, 0, 1, time.UTC)
		begin := time.Now()
		due, ok := e.In(zone).Next(after, after.Add(-time.Hour))
		if ok && !due.After(after) {
			t.Errorf("%q after %v is due at %v", text, after, due)
		}
		if again, ok := e.In(zone).Next(due, after.Add(-time.Hour)); ok && !again.After(due) {
			t.Errorf("%q after %v is due at %v", text, due, again)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%q took %v", text, took)
		}
	})
}

// drawer takes what it draws from bytes; zeros follow the last.
type drawer struct{ bytes []byte }

func (d *drawer) below(n int) int {
	v := 0
	for left := n; left > 1; left >>= 8 {
		v <<= 8
		if len(d.bytes) > 0 {
			v |= int(d.bytes[0])
			d.bytes = d.bytes[1:]
		}
	}
	return v % n
}

func (d *drawer) pick(texts ...string) string { return texts[d.below(len(texts))] }

// cron draws six fields.
func (d *drawer) cron() []string {
	fields := []string{d.field(0, 59), d.field(0, 23), "?", d.field(1, 12), "?", d.pick("*", "*", "*", "2020-2030", "2030/3", "2012,2027")}
	if d.below(2) == 0 {
		fields[2] = d.pick("L", "LW", fmt.Sprint("L-", d.below(31)), fmt.Sprint(1+d.below(31), "W"),
			fmt.Sprint(1+d.below(31), "W,", d.field(1, 31)), d.field(1, 31), d.field(1, 31), fmt.Sprint(1+d.below(9), "-", 12+d.below(9), "W"))
	} else {
		names := []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
		fields[4] = d.pick("L", fmt.Sprint(1+d.below(7), "L"), names[d.below(7)]+"L,"+names[d.below(7)], fmt.Sprint(names[d.below(7)], "#", 1+d.below(5)),
			d.field(1, 7), names[d.below(7)]+"-"+names[d.below(7)], strings.ToLower(names[d.below(7)])+"day,"+fmt.Sprint(1+d.below(7)))
	}
	return fields
}

// field draws one that names values, ranges and increments.
func (d *drawer) field(low, high int) string {
	value := func() int { return low + d.below(high-low+1) }
	items := make([]string, 1+d.below(2))
	for i := range items {
		items[i] = d.pick("*", fmt.Sprint("*/", 1+d.below(70)), fmt.Sprint(value()), fmt.Sprint(value(), "-", value()),
			fmt.Sprint(value(), "/", d.below(70)), fmt.Sprint(value(), "-", value(), "/", 1+d.below(20)))
	}
	return strings.Join(items, ",")
}
