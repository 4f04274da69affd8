package docs_test

import (
	"flag"
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/design/packages.md")

const aboutPackages = `# Packages

<!-- written by make generate -->

Each package says at its head what it does. These are the first sentences.

| Package | What it does |
| --- | --- |
`

// TestPackagesAreListed compares the list of packages with their comments; with -update it writes
// the list.
func TestPackagesAreListed(t *testing.T) {
	const path = "design/packages.md"
	packages := synopses(t)
	page := aboutPackages
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		page += fmt.Sprintf("| [%s](../../%s) | %s |\n", dir, dir, packages[dir])
	}
	is, err := os.ReadFile(path)
	if err == nil && string(is) == page {
		return
	}
	if !*update {
		t.Fatalf("docs/%s is behind the comments of packages: run make generate", path)
	}
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// synopses are the first sentences of the comments of packages, by folder.
func synopses(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != ".." && (name == "testdata" || name == "built" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, ".."+string(filepath.Separator))))
		if strings.HasPrefix(dir, "internal/base/sdk/") { // copies of the SDK's types
			return nil
		}
		if text := new(doc.Package).Synopsis(file.Doc.Text()); text != "" {
			text = strings.TrimPrefix(text, "Package "+file.Name.Name+" ")
			text = strings.TrimPrefix(text, "Command "+filepath.Base(dir)+" ")
			found[dir] = strings.ReplaceAll(strings.TrimSuffix(text, "."), "|", `\|`)
		} else if _, known := found[dir]; !known {
			found[dir] = ""
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
