package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// How much of a failed test is told once more at the end: so many lines, each so long, of what it said itself. A line
// of its own begins with a place in its code; the log that follows may be long.
const (
	mostLines  = 20
	mostLength = 300
	mostBehind = 5 // lines from one with a place on
)

// writeFailures writes what each test said that failed, also if it passed when it ran again.
func (s *summary) writeFailures(w io.Writer) error {
	for _, name := range slices.Concat(s.flaky, s.failedTests()) {
		text := fmt.Sprintf("%s %s:\n%s", name.pkg, name.name, strings.Join(s.tests[name].messages(), ""))
		if _, err := io.WriteString(w, text); err != nil {
			return fmt.Errorf("write failures: %w", err)
		}
	}
	return nil
}

// messages are the lines that the test said itself, the last ones if there are many.
func (t *test) messages() (lines []string) {
	behind := mostBehind
	for line := range strings.Lines(t.withoutFrames()) {
		if location.MatchString(line) {
			behind = 0
		}
		if behind++; behind <= mostBehind {
			lines = append(lines, strings.TrimRight(line[:min(len(line), mostLength)], "\n")+"\n")
		}
	}
	return lines[max(0, len(lines)-mostLines):]
}
