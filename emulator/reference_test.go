package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/app/reference"
)

// TestReferenceHasThePages holds the pages of docs/reference/compatibility against the tables;
// with -update it writes them.
func TestReferenceHasThePages(t *testing.T) {
	dir := filepath.Join("..", "docs", "reference", "compatibility")
	pages := map[string]string{"task-metadata.md": reference.Metadata()}
	seen := readSeen(t)
	for _, service := range emulator.Services() {
		pages[service.Name+".md"] = reference.Operations(service, seen)
	}
	pages["ecs.md"] += reference.Members(ecs.MemberTables())
	pages["elasticloadbalancing.md"] += reference.Attributes()
	pages["cloudformation.md"] += reference.StackTypes()
	for name, page := range pages {
		holdFile(t, filepath.Join(dir, name), page)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if pages[entry.Name()] == "" {
			t.Errorf("%s belongs to no service: remove it", filepath.Join(dir, entry.Name()))
		}
	}
}

// TestReferenceHasWhatOperationsAsk holds the page of access against the rows of operations; with -update it writes it.
func TestReferenceHasWhatOperationsAsk(t *testing.T) {
	holdFile(t, filepath.Join("..", "docs", "reference", "access.md"), reference.Access(emulator.Services(), readSeen(t)))
}

// TestReferenceListsTheServices holds the table in COMPATIBILITY.md.
func TestReferenceListsTheServices(t *testing.T) {
	const path, begin, end = "../COMPATIBILITY.md", "<!-- begin: written by make generate -->\n", "<!-- end -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place between %q and %q", path, begin, end)
	}
	holdFile(t, path, before+begin+"\n"+reference.Services(emulator.Services(), readSeen(t))+"\n"+end+after)
}

func readSeen(t *testing.T) reference.Seen {
	t.Helper()
	text, err := os.ReadFile(seenFile)
	if err != nil {
		t.Fatal(err)
	}
	return reference.ReadSeen(string(text))
}

// holdFile compares a generated file; with -update it writes it.
func holdFile(t *testing.T, path, want string) {
	t.Helper()
	is, err := os.ReadFile(path)
	if err == nil && string(is) == want {
		return
	}
	if !*update {
		t.Errorf("%s is behind the tables that it shows: run make generate", path)
		return
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
