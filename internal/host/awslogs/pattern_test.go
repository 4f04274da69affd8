package awslogs

import "testing"

func TestDatetimeFormats(t *testing.T) {
	for _, c := range []struct {
		format, line string
		starts       bool
	}{
		{"%Y-%m-%d %H:%M:%S", "2026-11-21 17:05:09 begins", true},
		{"%Y-%m-%d %H:%M:%S", "  at 2026-11-21", false},
		{"%Y-%m-%d", "2026-13-21", false},
		{`\[%b %d, %Y %H:%M:%S\]`, "[May 01, 2017 19:00:01] A message was logged", true},
		{`\[%b %d, %Y %H:%M:%S\]`, "Another multi-line message", false},
		{"%H:%M:%S%L", "10:00:00.123 x", true},
		{"%A %B %j %p %z %f%%", "Wednesday August 366 AM +0200 000001%", true},
		{"%Q", "%Q stays what it is", true},
		{"50%", "50% at the end", true},
	} {
		start, err := eventStart(map[string]string{"awslogs-datetime-format": c.format, "awslogs-multiline-pattern": "nothing"})
		if err != nil {
			t.Fatal(err)
		}
		if got := start.MatchString(c.line); got != c.starts {
			t.Errorf("%s begins an event by %s: %t", c.line, c.format, got)
		}
	}
	if start, err := eventStart(map[string]string{"awslogs-group": "g"}); start != nil || err != nil {
		t.Errorf("without a pattern: %v, %v", start, err)
	}
	if _, err := eventStart(map[string]string{"awslogs-multiline-pattern": "("}); err == nil {
		t.Error("( is taken for a pattern")
	}
}
