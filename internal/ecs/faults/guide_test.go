package faults

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/guide/time-and-faults.md")

// TestReferenceHasTheKinds holds the table of the guide against that of kinds; with -update it writes
// the former.
func TestReferenceHasTheKinds(t *testing.T) {
	const path, begin, end = "../../../docs/guide/time-and-faults.md", "<!-- kinds of faults, written by make generate -->\n", "<!-- end of kinds -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begin)
	table, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no table between %q and %q", path, begin, end)
	}
	want := guide()
	if table == want {
		return
	}
	if !*update {
		t.Fatalf("%s is behind the table of kinds: run make generate", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// guide is the table for users.
func guide() string {
	var text strings.Builder
	text.WriteString("\n| Kind | What happens | Members |\n| --- | --- | --- |\n")
	for _, k := range kinds {
		text.WriteString("| `" + string(k.Kind) + "` | " + k.help + " | `--" + strings.Join(k.takes, "`, `--") + "` |\n")
	}
	text.WriteString("\n")
	return text.String()
}
