package eventpattern_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
)

// TestRecordedAnswers holds the package against what AWS answered to patterns: which details of events they match,
// or why they are refused, and at which column. A pattern that neither matches nor is refused is one that AWS accepts.
func TestRecordedAnswers(t *testing.T) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded []struct {
		Pattern         string
		Matches, Others []string
		Refused         *string
		Column          int
		Failure         bool
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	for _, c := range recorded {
		p, err := eventpattern.Parse(c.Pattern)
		if c.Refused != nil {
			var refused *eventpattern.Error
			switch reason := *c.Refused; {
			case !errors.As(err, &refused):
				t.Errorf("%s: %v", c.Pattern, err)
			case c.Column > 0 && refused.Reason != fmt.Sprintf("%s\n at [Source: (String)\"%s\"; line: 1, column: %d]", reason, c.Pattern, c.Column),
				c.Column == 0 && !c.Failure && refused.Reason != reason, c.Failure != refused.Failure:
				t.Errorf("%s: refused with %q, not %q, column %d", c.Pattern, refused.Reason, reason, c.Column)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.Pattern, err)
			continue
		}
		for _, detail := range c.Matches {
			if !p.Matches(probe(t, detail)) {
				t.Errorf("%s does not match %s", c.Pattern, detail)
			}
		}
		for _, detail := range c.Others {
			if p.Matches(probe(t, detail)) {
				t.Errorf("%s matches %s", c.Pattern, detail)
			}
		}
	}
}

// probe is an event with a detail.
func probe(t *testing.T, detail string) *eventpattern.Event {
	t.Helper()
	event, err := eventpattern.NewEvent(strings.Replace(`{"version":"0","id":"00000000-0000-4000-8000-000000000001",`+
		`"detail-type":"probe","source":"probe","account":"111111111111","time":"2026-09-13T00:00:00Z",`+
		`"region":"us-east-1","resources":[],"detail":DETAIL}`, "DETAIL", detail, 1))
	if err != nil {
		t.Fatal(err)
	}
	return event
}
