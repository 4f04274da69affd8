package awslogs

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func messages(b batch) (all []string) {
	for _, line := range b.lines {
		all = append(all, line.Message)
	}
	return all
}

func TestLogEventsAreCutWhereCloudWatchWants(t *testing.T) {
	var e events
	long := strings.Repeat("é", maxEventBytes) // two bytes each
	e.take(time.Time{}, long, Position{}, Position{Count: 1})
	e.take(time.Time{}, "", Position{Count: 1}, Position{Count: 2})
	e.take(time.Time{}, "bad \xff\xfe", Position{Count: 2}, Position{Count: 3})
	b := e.next()
	all := messages(b)
	if strings.Join(all, "") != long+"bad ��" || len(all) != 3 {
		t.Errorf("%d events", len(all))
	}
	for _, text := range all {
		if len(text) > maxEventBytes {
			t.Errorf("an event of %d bytes", len(text))
		}
	}
	if b.at.Count != 3 || b.bytes < 2*maxEventBytes {
		t.Errorf("position %+v, %d bytes", b.at, b.bytes)
	}
	if again := e.next(); len(again.lines) > 0 || again.bytes > 0 {
		t.Errorf("%d events twice", len(again.lines))
	}
}

func TestEventsOfSeveralLines(t *testing.T) {
	e := events{start: regexp.MustCompile(`^INFO`)}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lines := []string{"before", "INFO one", "  more", "", "INFO two", "  more"}
	for n, line := range lines {
		e.take(start.Add(time.Duration(n)*time.Second), line, Position{Count: n}, Position{Count: n + 1})
	}
	b := e.next()
	want := []Line{{start, "before\n"}, {start.Add(time.Second), "INFO one\n  more\n\n"}}
	if diff := cmp.Diff(want, b.lines); diff != "" {
		t.Error(diff)
	}
	if b.at.Count != 4 {
		t.Errorf("position %d; want that before the open event, 4", b.at.Count)
	}
	e.close(Position{Count: 6})
	if b = e.next(); b.at.Count != 6 || messages(b)[0] != "INFO two\n  more\n" {
		t.Errorf("the last one: %+v", b)
	}
	huge := strings.Repeat("x", maxEventBytes)
	e.take(start, huge, Position{}, Position{})
	e.take(start, "rest", Position{}, Position{})
	if got := messages(e.next()); len(got) != 2 || got[0] != huge {
		t.Errorf("%d events of a line that fills one", len(got))
	}
}
