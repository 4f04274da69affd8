package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

func TestReportHoldsRatiosAndFiguresAgainstTheirGoals(t *testing.T) {
	for _, each := range []struct {
		row  row
		want string
	}{
		{row{name: "a", reference: "2/s", ratio: 0.8, goal: atLeast(0.75)}, "0.80  ≥ 0.75: reached"},
		{row{name: "b", reference: "2/s", ratio: 0.7, goal: atLeast(0.75)}, "0.70  ≥ 0.75: missed"},
		{row{name: "c", reference: "2 ms", ratio: 1.06, goal: atMost(1.05, "")}, "1.06  ≤ 1.05: missed"},
		{row{name: "d", reference: "9 ms", ratio: 2, held: 18, goal: atMost(30, " ms")}, "2.00  ≤ 30 ms: reached"},
		{row{name: "e", held: 41, goal: atMost(40, " MiB")}, "≤ 40 MiB: missed"},
	} {
		var out bytes.Buffer
		r := newReport(&out)
		r.begin("section", "Title")
		r.add(each.row)
		if line := strings.TrimSpace(out.String()); !strings.HasSuffix(line, each.want) {
			t.Errorf("row %s: %q does not end with %q", each.row.name, line, each.want)
		}
	}
}

func TestReportLeavesOutEmptySections(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.begin("empty", "Nothing here")
	r.begin("full", "Something here")
	r.add(row{name: "a", figure: "1"})
	if text := out.String(); strings.Contains(text, "Nothing") || !strings.Contains(text, "Something here") {
		t.Errorf("printed:\n%s", text)
	}
}

func TestTheClosingLineSaysWhatIsMissing(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.begin("goals", "Benchmarks")
	r.add(row{name: "a", held: 1, goal: atMost(2, " ms")})
	if err := r.err(); err != nil || r.summary() != "1 of 1 goals reached" {
		t.Errorf("%q, %v", r.summary(), err)
	}
	r.leaveOut("b", "no Docker engine answers")
	r.leaveOut("c", "nginx is not installed")
	r.leaveOut("d", "no Docker engine answers")
	if err := r.err(); err != nil {
		t.Errorf("what a system does not have is no failure: %v", err)
	}
	r.fail("e", "does not build", errors.New("the tests of internal/e do not build: exit status 1"))
	want := "1 of 1 goals reached, 4 left out: no Docker engine answers (2), nginx is not installed (1), does not build (1)"
	if r.summary() != want {
		t.Errorf("%q, want %q", r.summary(), want)
	}
	if err := r.err(); err == nil || err.Error() != "not measured: e" {
		t.Errorf("error %v", err)
	}
	if text := out.String(); !strings.Contains(text, "  e  ") || !strings.Contains(text, "failed") ||
		!strings.Contains(text, "tests of internal/e") {
		t.Errorf("printed:\n%s", text)
	}
}

func TestMedianAndPercentile(t *testing.T) {
	for _, each := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 9, 2}, 3}} {
		if got := median(each.values); got != each.want {
			t.Errorf("median of %v is %v, want %v", each.values, got, each.want)
		}
	}
	var durations []time.Duration
	for n := range 200 {
		durations = append(durations, time.Duration(200-n))
	}
	if got := requestload.Percentile(durations, 99); got != 198 {
		t.Errorf("99 per cent of 1…200 are within %d, want 198", got)
	}
	if got := requestload.Percentile([]time.Duration{7}, 99); got != 7 {
		t.Errorf("99 per cent of one are within %d, want 7", got)
	}
}
