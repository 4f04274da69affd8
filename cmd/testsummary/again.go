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

// mostAgain is how many tests may fail and run again: more of them do not fail by chance.
const mostAgain = 3

// runAgain runs each test that failed again and alone, and takes those that pass as flaky: they are listed
// and fail nothing. It reports whether no failure is left. A package that did not build or crashed stays
// broken, as not all of its tests have run.
func (s *summary) runAgain(passes func(testName) bool) (mended bool) {
	failed := s.failedTests()
	if s.broken > 0 || s.crashed() || len(failed) == 0 || len(failed) > mostAgain {
		return false
	}
	mended = true
	for _, name := range failed {
		if !passes(name) {
			mended = false
			continue
		}
		s.flaky = append(s.flaky, name)
		for other, t := range s.tests {
			if t.failed() && other.pkg == name.pkg && (other.name == name.name || strings.HasPrefix(other.name, name.name+"/")) {
				t.result = "pass"
			}
		}
	}
	return mended
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

// failedTests are those that failed, without their subtests.
func (s *summary) failedTests() []testName {
	var names []testName
	for name, t := range s.tests {
		if t.failed() && !strings.Contains(name.name, "/") {
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
	flags := args
	if i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "./") }); i >= 0 {
		flags = args[:i]
	}
	return func(name testName) bool {
		fmt.Printf("\nagain, %s times: %s %s\n", times, name.pkg, name.name)
		again := slices.Concat([]string{"test"}, flags, []string{"-count=" + times, "-run", "^" + regexp.QuoteMeta(name.name) + "$", name.pkg})
		cmd := exec.Command("go", again...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return cmd.Run() == nil
	}
}
