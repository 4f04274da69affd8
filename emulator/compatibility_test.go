package emulator_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestCompatibilityShowsTheOperations compares the part of COMPATIBILITY.md between the
// marks; with -update it writes it.
func TestCompatibilityShowsTheOperations(t *testing.T) {
	const (
		path       = "../COMPATIBILITY.md"
		begin, end = "<!-- begin: operations, written by make generate -->\n", "<!-- end: operations -->"
	)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	tables, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place between %q and %q", path, begin, end)
	}
	want := "\n"
	for _, service := range emulator.Services() {
		want += service.Compatibility() + "\n"
	}
	if tables == want {
		return
	}
	if !*update {
		t.Fatalf("%s is behind the services' tables: run make generate", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
