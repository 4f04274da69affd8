package structure

import (
	"bytes"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/ecs-emulator/ecs-emulator"

	// maxLines limits the code of a package, without its tests and what is generated.
	maxLines = 4000
	// A knot is a set of files of which each uses, through others or at once, all the rest. One that
	// has more files or more lines than these cannot be read in parts.
	maxKnotFiles = 15
	maxKnotLines = 2000
	// slack is by how much what is above a limit may be smaller than its exception says: the exceptions only shrink.
	slack = 100
)

func TestPackagesAreSmall(t *testing.T) {
	for _, dir := range folders(t) {
		lines := 0
		for _, file := range sources(t, dir) {
			lines += file.lines
		}
		if limit := max(maxLines, largePackages[dir]); lines > limit {
			t.Errorf("%s has %d lines, more than %d: move files that belong together to a package of their own", dir, lines, limit)
		}
		if exception, listed := largePackages[dir]; listed && (lines <= maxLines || lines < exception-slack) {
			t.Errorf("%s has %d lines: lower its exception, which says %d, or remove it", dir, lines, exception)
		}
	}
}

func TestFilesDoNotAllUseEachOther(t *testing.T) {
	check := newChecker()
	for _, dir := range folders(t) {
		lines := map[string]int{}
		for _, file := range sources(t, dir) {
			lines[file.name] = file.lines
		}
		uses, err := check.uses(module + "/" + dir)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		var largest size
		for _, knot := range knots(uses) {
			of := size{files: len(knot)}
			for _, file := range knot {
				of.lines += lines[file]
			}
			largest = size{max(largest.files, of.files), max(largest.lines, of.lines)}
			limit := size{max(maxKnotFiles, largeKnots[dir].files), max(maxKnotLines, largeKnots[dir].lines)}
			if of.files > limit.files || of.lines > limit.lines {
				t.Errorf("%s: %d files with %d lines all use each other; at most %d files with %d lines may:\n%s",
					dir, of.files, of.lines, limit.files, limit.lines, describe(knot, uses))
			}
		}
		exception, listed := largeKnots[dir]
		within := largest.files <= maxKnotFiles && largest.lines <= maxKnotLines
		if listed && (within || largest.files < exception.files || largest.lines < exception.lines-slack) {
			t.Errorf("%s: the largest set of files that all use each other has %d with %d lines: lower its exception, which says %d with %d, or remove it",
				dir, largest.files, largest.lines, exception.files, exception.lines)
		}
	}
}

// TestKnots holds the search for knots, and what of a package is seen as use, against a package with
// one knot of three files.
func TestKnots(t *testing.T) {
	uses, err := newChecker().uses(module + "/internal/base/structure/testdata/knot")
	if err != nil {
		t.Fatal(err)
	}
	got := knots(uses)
	want := [][]string{{"field.go", "function.go", "method.go"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("knots are %v, want %v; uses: %v", got, want, uses)
	}
}

// folders returns the folders of the module that have Go code, relative to its root.
func folders(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); path != root && (name == "testdata" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != root {
			return filepath.SkipDir
		}
		if _, err := build.ImportDir(path, 0); err == nil {
			dir, err := filepath.Rel(root, path)
			found = append(found, filepath.ToSlash(dir))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 50 {
		t.Fatalf("only %d folders with code are found", len(found))
	}
	return found
}

// source is a file of code that a person wrote.
type source struct {
	name  string
	lines int
}

// sources returns those of a folder, of all platforms.
func sources(t *testing.T, dir string) []source {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var found []source
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") || bytes.HasPrefix(content, []byte("// Code generated ")) {
			continue
		}
		found = append(found, source{filepath.Base(path), bytes.Count(content, []byte("\n"))})
	}
	return found
}
