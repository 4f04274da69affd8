package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Seen is what a test has seen of callers of operations: "denied, allowed" of "ecs RunTask".
type Seen map[string]string

// Add notes what the test has seen of an operation.
func (s Seen) Add(operation string, denied, allowed bool) {
	var sides []string
	if denied {
		sides = append(sides, "denied")
	}
	if allowed {
		sides = append(sides, "allowed")
	}
	s[operation] = strings.Join(sides, ", ")
}

// Text is for a file, which [ReadSeen] reads.
func (s Seen) Text() string {
	var b strings.Builder
	for _, operation := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "%s: %s\n", operation, s[operation])
	}
	return b.String()
}

// ReadSeen reads a text that [Seen.Text] has written.
func ReadSeen(text string) Seen {
	s := Seen{}
	for line := range strings.Lines(text) {
		operation, sides, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		s[operation] = sides
	}
	return s
}

// both counts the operations that were seen from both sides.
func (s Seen) both() (n int) {
	for _, sides := range s {
		if sides == "denied, allowed" {
			n++
		}
	}
	return n
}
