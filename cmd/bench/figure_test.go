package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// printed is what a test program says of parts that ran, and leftOut of a benchmark and a part that did not.
const (
	printed = `goos: linux
BenchmarkGoalPut
BenchmarkGoalPut/line_by_line
BenchmarkGoalPut/line_by_line-2         	       1	 200123456 ns/op	     61234 lines/s≥50000	         1.25 ratio≤1.3
BenchmarkGoalPut/in_batches-2           	       1	 200123456 ns/op	  12.00 MB/s	     0.03 ms-more≤2	       17 ms-beside
PASS
`
	leftOut = `BenchmarkGoalIdle
    bench_test.go:12: no Docker engine answers: dial
--- SKIP: BenchmarkGoalIdle
BenchmarkGoalPS/on_a_screen
    bench_test.go:40: no terminal
--- SKIP: BenchmarkGoalPS/on_a_screen
PASS
`
)

func TestFiguresHaveTheirGoalsInTheirUnits(t *testing.T) {
	read := readGoals([]byte(printed))
	want := []figure{
		{"line by line", 61234, "lines/s", goal{limit: 50000, atLeast: true, unit: " lines/s"}}, {"line by line", 1.25, "ratio", atMost(1.3, "")},
		{"in batches", 0.03, "ms-more", atMost(2, " ms-more")}, {"in batches", 17, "ms-beside", goal{}},
	}
	if !slices.Equal(read.figures, want) || read.skipped != nil || read.unread != nil {
		t.Errorf("read %+v; want the figures %+v", read, want)
	}
	skipped := []skip{{"", "no Docker engine answers: dial"}, {"on a screen", "no terminal"}}
	if read := readGoals([]byte(leftOut)); read.figures != nil || !slices.Equal(read.skipped, skipped) {
		t.Errorf("of one that is skipped, and a part of another: %+v", read)
	}
	for _, line := range []string{
		"BenchmarkGoalPut-2  1  12 ns/op  5 ms≤fifty", "BenchmarkGoalPut-2  1  12 ns/op  5 ≤50",
		"BenchmarkGoalPut-2  1  12 ns/op  5", "BenchmarkGoalPut-2  1  12 ns/op  five ms≤50",
	} {
		if read := readGoals([]byte(line + "\n")); read.figures != nil || !slices.Equal(read.unread, []string{line}) {
			t.Errorf("of %q: %+v", line, read)
		}
	}
	if hasGoal([]figure{{value: 17, unit: "ms-beside"}}) {
		t.Error("a figure without a goal has one")
	}
}

// What is divided by zero is no figure: +Inf would reach any goal of at least so much.
func TestAFigureIsFinite(t *testing.T) {
	for _, value := range []string{"+Inf", "-Inf", "NaN", "many"} {
		if f, err := readFigure("", value, "ratio≥0.7"); err == nil {
			t.Errorf("%s is read as %g", value, f.value)
		}
	}
}

func TestTheTableHasTheMedianOfEachUnit(t *testing.T) {
	var taken []figure
	for _, ms := range []string{"17", "40", "90"} {
		for _, f := range [][2]string{{"3", "ms-beside"}, {ms, "ms≤50"}} {
			one, err := readFigure("", f[0], f[1])
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, one)
		}
	}
	var out bytes.Buffer
	r := newReport(&out)
	r.addFigures("store/Put", taken)
	r.addFigures("store/Put", []figure{{part: "b", value: 123456, unit: "ms"}, {part: "a", value: 1, unit: "ms"}})
	lines := strings.Split(out.String(), "\n")
	held := strings.Contains(lines[0], "40 ms") && strings.HasSuffix(lines[0], "≤ 50 ms: reached")
	apart := strings.Contains(lines[2], "store/Put a ") && strings.Contains(lines[3], "123456 ms")
	if len(lines) != 5 || !held || !strings.Contains(lines[1], "3 ms-beside") || !apart {
		t.Errorf("printed:\n%s", out.String())
	}
	if r.summary() != "1 of 1 goals reached" {
		t.Error(r.summary())
	}
}

// TestTheTableFindsAllGoals reads all tests of the module: a benchmark whose units have goals has a name by which the
// table finds it.
func TestTheTableFindsAllGoals(t *testing.T) {
	const root = "../.."
	rows, err := findGoals(root)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, g := range rows {
		found, err := filepath.Glob(filepath.Join(root, g.dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	goals := 0
	for _, file := range slices.Compact(files) {
		goals += goalsOf(t, file)
	}
	if len(rows) == 0 || goals != len(rows) {
		t.Errorf("%d benchmarks are found, and %d in their files", len(rows), goals)
	}
	err = filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			goalsOf(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goalsOf counts the benchmarks of a file that are in the table, and wants each there whose units have goals.
func goalsOf(t *testing.T, file string) (n int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("*testing.B")) {
		return 0
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		f, is := decl.(*ast.FuncDecl)
		if !is || !strings.HasPrefix(f.Name.Name, "Benchmark") {
			continue
		}
		if strings.HasPrefix(f.Name.Name, goalPrefix) {
			n++
			continue
		}
		ast.Inspect(f, func(node ast.Node) bool {
			if unit, is := node.(*ast.BasicLit); is && goalUnit.MatchString(strings.Trim(unit.Value, "`\"")) {
				t.Errorf("%s: the unit %s of %s has a goal: call it %s…, so that `make bench` has it", file, unit.Value, f.Name.Name, goalPrefix)
			}
			return true
		})
	}
	return n
}
