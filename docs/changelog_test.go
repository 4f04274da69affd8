package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFragmentsAreEntries holds the form of the files in changelog.d, which .ci/changelog joins.
func TestFragmentsAreEntries(t *testing.T) {
	files, err := filepath.Glob("../changelog.d/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(file) != ".md" || !strings.HasPrefix(string(text), "- ") || !strings.HasSuffix(string(text), "\n") {
			t.Errorf("%s is not a .md file with entries, which begin with a hyphen", file)
		}
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: %q is neither the begin of an entry nor indented", file, line)
			}
		}
	}
}

func TestChangelogJoinsFragments(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"first":      {"# Changelog\n", "# Changelog\n\n## 0.2.0\n\n- A.\n- B\n  c.\n"},
		"unreleased": {"# Changelog\n\n## 0.2.0, unreleased\n\nText.\n\n- Z.\n\n## 0.1.0\n\n- Y.\n", "# Changelog\n\n## 0.2.0\n\nText.\n\n- Z.\n- A.\n- B\n  c.\n\n## 0.1.0\n\n- Y.\n"},
		"the only":   {"# Changelog\n\n## 0.2.0, unreleased\n\n- Z.\n", "# Changelog\n\n## 0.2.0\n\n- Z.\n- A.\n- B\n  c.\n"},
		"next":       {"# Changelog\n\n## 0.1.0\n\n- Y.\n", "# Changelog\n\n## 0.2.0\n\n- A.\n- B\n  c.\n\n## 0.1.0\n\n- Y.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			script, err := os.ReadFile("../.ci/changelog")
			if err != nil {
				t.Fatal(err)
			}
			for path, text := range map[string]string{
				".ci/changelog": string(script), "CHANGELOG.md": c.before, "changelog.d/b.md": "- B\n  c.\n", "changelog.d/a.md": "- A.\n",
			} {
				path = filepath.Join(dir, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if text, err := exec.CommandContext(t.Context(), filepath.Join(dir, ".ci", "changelog"), "v0.2.0").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			joined, err := os.ReadFile(filepath.Join(dir, "CHANGELOG.md"))
			if err != nil || string(joined) != c.after {
				t.Errorf("got %q, %v; want %q", joined, err, c.after)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "changelog.d", "*")); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
}
