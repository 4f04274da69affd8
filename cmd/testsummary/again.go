package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// mostAgain is how many tests may fail and run again: more of them do not fail by chance, unless the engine stood
// still.
const (
	mostAgain           = 3
	mostAgainStoodStill = 60
)

// runAgain runs each test that failed again and alone, and takes those that pass as flaky: they are listed
// and fail nothing. It reports whether no failure is left. A package that did not build or crashed stays
// broken, as not all of its tests have run.
func (s *summary) runAgain(most int, passes func(testName) bool) (mended bool) {
	failed := s.failedTests()
	if s.broken > 0 || s.crashed() || len(failed) == 0 || len(failed) > most {
		return false
	}
	for _, name := range failed {
		if !passes(name) {
			continue
		}
		s.flaky = append(s.flaky, name)
		s.tests[name].result = "pass"
	}
	if len(s.flaky) < len(failed) {
		return false
	}
	for _, t := range s.tests { // those that failed with their subtests
		if t.failed() {
			t.result = "pass"
		}
	}
	return true
}

// mayRunAgain is how many tests may run again.
func mayRunAgain(stoodStill string) int {
	if times, err := os.ReadFile(stoodStill); err == nil && len(times) > 0 {
		return mostAgainStoodStill
	}
	return mostAgain
}

// crashed reports whether a test ended its package.
func (s *summary) crashed() bool {
	for _, t := range s.tests {
		if t.began && t.result == "" || panicked.MatchString(t.output.String()) {
			return true
		}
	}
	return false
}

var panicked = regexp.MustCompile(`(?m)^(panic|fatal error): `)

// failedTests are those that failed, and of those with subtests the subtests.
func (s *summary) failedTests() []testName {
	var names []testName
	for name, t := range s.tests {
		if t.failed() && !s.subtestFailed(name) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b testName) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	})
	return names
}

// passesAlone returns how to run a test times times with the flags of the first run.
func passesAlone(args []string, times string) func(testName) bool {
	return func(name testName) bool {
		fmt.Printf("\nagain, %s times: %s %s\n", times, name.pkg, name.name)
		cmd := exec.Command("go", name.again(args, times)...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return cmd.Run() == nil
	}
}

// again are the arguments of go that run the test alone, with the flags of a run of packages: folders, or import paths as `go list`
// writes them.
func (n testName) again(args []string, times string) []string {
	host, _, _ := strings.Cut(n.pkg, "/")
	flags := args
	if i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, host+"/") }); i >= 0 {
		flags = args[:i]
	}
	return slices.Concat([]string{"test"}, flags, []string{"-count=" + times, "-run", n.pattern(), n.pkg})
}

// pattern is the one of -run that chooses the test alone.
func (n testName) pattern() string {
	parts := strings.Split(n.name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}
