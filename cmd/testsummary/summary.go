package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is a line of go test -json. Source: go doc test2json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64 // seconds
}

// summary counts tests: of those with subtests, the subtests.
type summary struct {
	tests    map[testName]*test
	packages map[string]bool
	broken   int // packages that failed without a failing test: they did not build, or crashed
	flaky    []testName
}

type testName struct{ pkg, name string }

type test struct {
	result string // pass, fail, skip; empty while it runs
	took   time.Duration
	output strings.Builder
	parent bool
	// began is false for what is no test, but a part of the name of one: that of
	// a subtest may have a slash in it.
	began bool
}

// take adds an event and returns what is to be printed for it.
func (s *summary) take(line []byte) string {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		return string(line) + "\n" // not an event: go itself has something to say
	}
	if e.Package != "" {
		if s.packages == nil {
			s.tests, s.packages = map[testName]*test{}, map[string]bool{}
		}
		s.packages[e.Package] = true
	}
	switch {
	case e.Action == "build-output":
		return e.Output
	case e.Test == "":
		if e.Action == "fail" {
			return s.packageFailed(e.Package)
		}
		if e.Action == "output" && e.Output != "PASS\n" && !strings.HasPrefix(e.Output, "testing: warning: no tests to run") {
			return e.Output
		}
		return ""
	}
	t := s.test(testName{e.Package, e.Test})
	t.began = true
	switch e.Action {
	case "output":
		t.output.WriteString(e.Output)
	case "pass", "fail", "skip":
		t.result, t.took = e.Action, time.Duration(e.Elapsed*float64(time.Second))
		if e.Action == "fail" {
			return t.withoutFrames()
		}
	}
	return ""
}

func (s *summary) test(name testName) *test {
	t := s.tests[name]
	if t == nil {
		t = &test{}
		s.tests[name] = t
		if i := strings.LastIndexByte(name.name, '/'); i >= 0 {
			s.test(testName{name.pkg, name.name[:i]}).parent = true
		}
	}
	return t
}

// packageFailed returns the output of tests that began and did not end. If no test
// failed, the package itself is counted.
func (s *summary) packageFailed(pkg string) string {
	var cutOff strings.Builder
	failed := false
	for name, t := range s.tests {
		if name.pkg == pkg && t.began && t.result == "" {
			cutOff.WriteString(t.withoutFrames())
		}
		failed = failed || name.pkg == pkg && t.failed()
	}
	if !failed {
		s.broken++
	}
	return cutOff.String()
}

// failed is also a test that began and did not end.
func (t *test) failed() bool { return t.began && t.result != "pass" && t.result != "skip" }

// counts says how many tests there were. A test with subtests counts only if it
// failed and none of them did.
func (s *summary) counts() (passed, failed int, leftOut map[string]int) {
	leftOut = map[string]int{}
	for name, t := range s.tests {
		switch {
		case t.parent && (!t.failed() || s.subtestFailed(name)):
		case t.failed():
			failed++
		case t.result == "skip":
			leftOut[t.reason()]++
		default:
			passed++
		}
	}
	return passed, failed + s.broken, leftOut
}

func (s *summary) subtestFailed(parent testName) bool {
	for name, t := range s.tests {
		if name.pkg == parent.pkg && strings.HasPrefix(name.name, parent.name+"/") && t.failed() {
			return true
		}
	}
	return false
}

var (
	frame    = regexp.MustCompile(`^\s*(=== |--- )`)
	location = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: `)
)

// withoutFrames is the output as go test shows it: without the marks of -v.
func (t *test) withoutFrames() string {
	var b strings.Builder
	for line := range strings.Lines(t.output.String()) {
		if !strings.HasPrefix(strings.TrimSpace(line), "=== ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// reason is what a test gave for being left out.
func (t *test) reason() string {
	var last string
	for line := range strings.Lines(t.output.String()) {
		if !frame.MatchString(line) {
			last = strings.TrimSpace(location.ReplaceAllString(line, ""))
		}
	}
	return cmp.Or(last, "no reason given")
}

// Tests that take so long are worth a line, and so many of them.
const (
	slow     = 10 * time.Second
	mostSlow = 10
)

// slowest are the tests that took longest, subtests by themselves, with the longest first.
func (s *summary) slowest() []testName {
	var names []testName
	for name, t := range s.tests {
		if !t.parent && t.took >= slow {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b testName) int {
		return cmp.Or(cmp.Compare(s.tests[b].took, s.tests[a].took), cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	})
	return names[:min(len(names), mostSlow)]
}

// write ends the output with the slowest tests and the counts.
func (s *summary) write(w io.Writer) {
	for _, name := range s.slowest() {
		fmt.Fprintf(w, "slow: %s, %s %s\n", s.tests[name].took.Round(time.Second), name.pkg, name.name)
	}
	for _, name := range s.flaky {
		fmt.Fprintf(w, "flaky: %s %s failed, and passed when it ran again alone\n", name.pkg, name.name)
	}
	passed, failed, leftOut := s.counts()
	total := 0
	for _, n := range leftOut {
		total += n
	}
	fmt.Fprintf(w, "\n%d tests ran in %d packages: %d passed, %d failed; %d left out\n",
		passed+failed, len(s.packages), passed, failed, total)
	for _, reason := range slices.Sorted(maps.Keys(leftOut)) {
		fmt.Fprintf(w, "left out: %d, because: %s\n", leftOut[reason], reason)
	}
}

// writeCounts writes the line of a tally.
func (s *summary) writeCounts(w io.Writer) error {
	passed, failed, _ := s.counts()
	_, err := fmt.Fprintln(w, passed, failed)
	return err
}

// appendTo has write add to a file; without a path it does nothing.
func appendTo(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open what a run adds to: %w", err)
	}
	return cmp.Or(write(file), file.Close())
}
