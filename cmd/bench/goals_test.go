package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestOnePackageThatDoesNotBuildKeepsNoOtherFromTheTable has a module with one that does not, one that does, and benchmarks
// for another system.
func TestOnePackageThatDoesNotBuildKeepsNoOtherFromTheTable(t *testing.T) {
	const imports = "import \"testing\"\n"
	root := t.TempDir()
	for file, text := range map[string]string{
		"go.mod":                  "module example.com/m\n\ngo 1.26\n",
		"broken/broken_test.go":   "package broken\n" + imports + "func BenchmarkGoalA(b *testing.B) { none() }\nfunc BenchmarkGoalB(b *testing.B) {}\n",
		"good/good_test.go":       "package good\n" + imports + "func BenchmarkGoalC(b *testing.B) { b.ReportMetric(1, \"ms≤2\") }\n",
		"good/d_plan9_test.go":    "package good\n" + imports + "func BenchmarkGoalD(b *testing.B) {}\n",
		"good/testdata/e_test.go": "package e\n" + imports + "func BenchmarkGoalE(b *testing.B) {}\n",
	} {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	var out bytes.Buffer
	b := &bench{settings: settings{only: regexp.MustCompile(""), quick: true}, report: newReport(&out), dir: t.TempDir()}
	b.report.begin("goals", "Benchmarks")
	if err := measureGoals(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	other := "not for " + runtime.GOOS + "/" + runtime.GOARCH
	if want := "1 of 1 goals reached, 3 left out: does not build (2), " + other + " (1)"; b.report.summary() != want {
		t.Errorf("%q, want %q; printed:\n%s", b.report.summary(), want, out.String())
	}
	if !slices.Equal(b.report.failed, []string{"broken/A", "broken/B"}) || b.report.err() == nil {
		t.Errorf("failed: %q", b.report.failed)
	}
	if text := out.String(); !strings.Contains(text, "the tests of broken do not build") || !strings.Contains(text, "undefined: none") {
		t.Errorf("printed:\n%s", text)
	}
}
