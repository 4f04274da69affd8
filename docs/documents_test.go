// Package docs_test checks the documents of the whole repository: their links, their commands,
// their words, and how long they may be.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are the texts of all documents, by their paths from the root of the repository.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != ".." && (name == "bin" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		texts[filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestReadmeNamesAllServices: a newcomer looks there for the service that a script calls.
func TestReadmeNamesAllServices(t *testing.T) {
	texts := documents(t)
	readme := strings.Join(strings.Fields(texts["README.md"]), " ")
	services := regexp.MustCompile(`(?m)^\| \[(?:Amazon |AWS )?([^\]]+?)(?: v2)?\]\(docs/reference/compatibility/`).FindAllStringSubmatch(texts["COMPATIBILITY.md"], -1)
	if len(services) < 16 {
		t.Fatalf("COMPATIBILITY.md lists %d services", len(services))
	}
	for _, service := range services {
		if !strings.Contains(readme, service[1]) {
			t.Errorf("README.md does not name %s", service[1])
		}
	}
}

// TestDocumentsAreShort bounds those that a newcomer reads first.
func TestDocumentsAreShort(t *testing.T) {
	texts := documents(t)
	for path, most := range map[string]int{"README.md": 150, "ARCHITECTURE.md": 200, "COMPATIBILITY.md": 60} {
		if lines := strings.Count(texts[path], "\n"); lines == 0 || lines > most {
			t.Errorf("%s has %d lines, want 1 to %d: move detail to docs/", path, lines, most)
		}
	}
}

// Words that make a sentence hard to read, where a plain one would name who does it.
var stumbles = regexp.MustCompile(`(?i)\b(nobody|somebody|whoever|whatever|what is [a-z ]{1,40} is)\b`)

func TestDocumentsSpeakPlainly(t *testing.T) {
	for path, text := range documents(t) {
		if strings.HasPrefix(path, "docs/reference/ledger/") {
			continue // it quotes the sentences of facts
		}
		for n, line := range strings.Split(text, "\n") {
			if found := stumbles.FindString(line); found != "" {
				t.Errorf("%s:%d: %q: name who or what it is", path, n+1, found)
			}
		}
	}
}

var commands = regexp.MustCompile("(?ms)^([^\n]*)\n```sh\n(.*?)^```$")

// TestEachCommandIsRun demands of each block of commands a mark that says which test runs it: the
// walk-through (emulator/walk_through_test.go, emulator/moto_test.go), which reads the page, or the file that the mark names,
// which has each of the commands in it, if only in a comment on what does the same.
func TestEachCommandIsRun(t *testing.T) {
	var walked string
	for _, path := range []string{"../emulator/walk_through_test.go", "../emulator/moto_test.go"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		walked += string(text)
	}
	for path, text := range documents(t) {
		for _, block := range commands.FindAllStringSubmatch(text, -1) {
			mark := strings.TrimSuffix(strings.TrimPrefix(block[1], "<!-- "), " -->")
			by, named := strings.CutPrefix(mark, "run by ")
			switch {
			case mark == "walk-through":
				if !strings.Contains(walked, `"`+path+`"`) {
					t.Errorf("no walk-through has %s", path)
				}
			case !named:
				t.Errorf("%s has commands behind %q, not behind a mark of their test", path, block[1])
			default:
				names(t, by, path, block[2])
			}
		}
	}
}

// names demands of a file that it has each line of a block of commands.
func names(t *testing.T, file, document, block string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Errorf("%s: %v", document, err)
	}
	for command := range strings.Lines(block) {
		whole := regexp.MustCompile(`(?m)(^|[\s"` + "`" + `])` + regexp.QuoteMeta(strings.TrimSpace(command)) + `($|[\s"` + "`" + `])`)
		if !whole.Match(text) {
			t.Errorf("%s says that %s runs %q, which that does not name", document, file, strings.TrimSpace(command))
		}
	}
}

var (
	anyFlag  = regexp.MustCompile("`(--[a-z][a-z0-9-]+)")
	flagsRow = regexp.MustCompile("(?m)^\\| `(--[a-z0-9-]+)` ")
)

// TestEachFlagExists looks up the flags that documents name.
func TestEachFlagExists(t *testing.T) {
	known := map[string]bool{"--cli-input-json": true, "--cli-input-yaml": true, "--endpoint-url": true, "--load-balancers": true} // of the AWS CLI
	texts := documents(t)
	for _, row := range flagsRow.FindAllStringSubmatch(texts["docs/reference/flags.md"], -1) {
		known[row[1]] = true
	}
	for path, text := range texts {
		if path == "CHANGELOG.md" || path == "CONTRIBUTING.md" {
			continue
		}
		for _, found := range anyFlag.FindAllStringSubmatch(text, -1) {
			if !known[found[1]] {
				t.Errorf("%s names %s, which no command has", path, found[1])
			}
		}
	}
}

var goFile = regexp.MustCompile("`([a-z][a-z0-9_/]*\\.go)`")

// TestFilesThatDocumentsNameExist looks up names of Go files, which may leave out the first folders
// of their paths.
func TestFilesThatDocumentsNameExist(t *testing.T) {
	var files strings.Builder
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		files.WriteString(filepath.ToSlash(path) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range documents(t) {
		if path == "CHANGELOG.md" || path == "CONTRIBUTING.md" {
			continue
		}
		for _, found := range goFile.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(files.String(), "/"+found[1]+"\n") {
				t.Errorf("%s names %s, which is not there", path, found[1])
			}
		}
	}
}
