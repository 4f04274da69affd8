package emulator_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
)

func TestCompatibilityShowsTheOperations(t *testing.T) {
	var tables string
	for _, service := range emulator.Services() {
		tables += service.Compatibility() + "\n"
	}
	compatibilityShows(t, "operations", tables)
}

func TestCompatibilityShowsTheMembers(t *testing.T) {
	var tables string
	for _, table := range ecs.MemberTables() {
		tables += table.Compatibility() + "\n"
	}
	compatibilityShows(t, "members", tables)
}

func TestCompatibilityShowsTheAttributes(t *testing.T) {
	compatibilityShows(t, "attributes", elasticloadbalancingv2.Compatibility()+"\n")
}

func TestCompatibilityShowsTheMetadata(t *testing.T) {
	compatibilityShows(t, "metadata", metadata.Compatibility()+"\n")
}

// compatibilityShows compares the part of COMPATIBILITY.md between two marks; with -update
// it writes it.
func compatibilityShows(t *testing.T, part, tables string) {
	t.Helper()
	const path = "../COMPATIBILITY.md"
	begin, end := "<!-- begin: "+part+", written by make generate -->\n", "<!-- end: "+part+" -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	is, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place between %q and %q", path, begin, end)
	}
	want := "\n" + tables
	if is == want {
		return
	}
	if !*update {
		t.Fatalf("%s is behind the tables of %s: run make generate", path, part)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
