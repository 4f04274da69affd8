package emulator_test

import (
	"os"
	"strings"
	"testing"
)

// TestKnownDifferencesAreFew bounds how many rows the page of differences has under that heading: a
// difference is to be settled, not to be listed.
func TestKnownDifferencesAreFew(t *testing.T) {
	const most = 15
	text, err := os.ReadFile("../docs/reference/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Known differences\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := strings.Count(section, "\n| ") - 2 // beside the head
	if !found || rows < 1 || rows > most {
		t.Errorf("%d known differences, want 1 to %d", rows, most)
	}
}
