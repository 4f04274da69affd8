package main

import (
	"fmt"
	"io"
	"strings"
)

// goal is what a row should reach. The zero value is none.
type goal struct {
	limit   float64
	atLeast bool
	unit    string // printed behind the limit; empty for a ratio
}

func atLeast(limit float64) goal             { return goal{limit: limit, atLeast: true} }
func atMost(limit float64, unit string) goal { return goal{limit: limit, unit: unit} }

func (g goal) reached(value float64) bool {
	if g.atLeast {
		return value >= g.limit
	}
	return value <= g.limit
}

func (g goal) String() string {
	sign := "≤"
	if g.atLeast {
		sign = "≥"
	}
	return fmt.Sprintf("%s %g%s", sign, g.limit, g.unit)
}

// row is one line of the table.
type row struct {
	name      string
	figure    string // of the emulator
	reference string // of what stands beside it; empty if nothing does
	ratio     float64
	// held is what the goal is held against; the ratio, if the goal has no unit.
	held float64
	goal goal
}

// report prints rows as they come, and counts the goals reached and what is missing.
type report struct {
	out            io.Writer
	section, title string
	goals, reached int
	leftOut        []string // why, for each
	failed         []string // names
}

func newReport(out io.Writer) *report { return &report{out: out} }

const lineFormat = "%-42s %22s %22s %7s  %s\n"

// begin starts a section, whose head is printed before its first row.
func (r *report) begin(section, title string) { r.section, r.title = section, title }

func (r *report) head() {
	if r.title == "" {
		return
	}
	fmt.Fprintf(r.out, "\n%s\n", r.title)
	fmt.Fprintf(r.out, lineFormat, r.section, "emulator", "reference", "ratio", "goal")
	r.title = ""
}

func (r *report) add(line row) {
	r.head()
	ratio, aim := "", ""
	if line.reference != "" {
		ratio = fmt.Sprintf("%.2f", line.ratio)
	}
	if line.goal != (goal{}) {
		value := line.held
		if line.goal.unit == "" {
			value = line.ratio
		}
		aim = line.goal.String() + ": missed"
		r.goals++
		if line.goal.reached(value) {
			aim = line.goal.String() + ": reached"
			r.reached++
		}
	}
	fmt.Fprintf(r.out, lineFormat, "  "+line.name, line.figure, line.reference, ratio, aim)
}

// note prints a line below the rows.
func (r *report) note(text string) {
	r.head()
	fmt.Fprintf(r.out, "  %s\n", text)
}

// leaveOut says why something is not measured here.
func (r *report) leaveOut(name, why string) {
	r.note(name + ": left out: " + why)
	r.leftOut = append(r.leftOut, why)
}

// fail adds a row of something that could not be measured. The closing line has why, which is short.
func (r *report) fail(name, why string, err error) {
	r.head()
	fmt.Fprintf(r.out, lineFormat, "  "+name, "failed", "", "", "")
	r.note("  " + err.Error())
	r.leftOut = append(r.leftOut, why)
	r.failed = append(r.failed, name)
}

// err names what failed. The rows say how.
func (r *report) err() error {
	if len(r.failed) == 0 {
		return nil
	}
	return fmt.Errorf("not measured: %s", strings.Join(r.failed, ", "))
}

func (r *report) summary() string {
	reached := fmt.Sprintf("%d of %d goals reached", r.reached, r.goals)
	if len(r.leftOut) == 0 {
		return reached
	}
	counts := map[string]int{}
	for _, why := range r.leftOut {
		counts[why]++
	}
	var reasons []string
	for _, why := range r.leftOut {
		if n := counts[why]; n > 0 {
			reasons = append(reasons, fmt.Sprintf("%s (%d)", why, n))
			delete(counts, why)
		}
	}
	return fmt.Sprintf("%s, %d left out: %s", reached, len(r.leftOut), strings.Join(reasons, ", "))
}
