package main

import (
	"bytes"
	"context"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
)

// goalRow is a benchmark beside the code, with the goal in the unit of what it reports.
type goalRow struct {
	dir       string // of its package, below the root of the module
	name      string // BenchmarkGoal…
	elsewhere bool   // the build constraints of its file leave it out on this system
}

// title is what -only is held against. The table has the last part of the path.
func (g goalRow) title() string {
	return g.dir + "/" + strings.TrimPrefix(g.name, goalPrefix)
}

func (g goalRow) short() string { return path.Base(g.dir) + "/" + path.Base(g.title()) }

// rowName names the row of a part of a benchmark.
func rowName(benchmark, part string) string { return strings.TrimRight(benchmark+" "+part, " ") }

// measureGoals runs the benchmarks of the module whose names begin with BenchmarkGoal, each time in a process of its
// own: a process pays for some things once, and its heap has what others left.
func measureGoals(ctx context.Context, b *bench) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the module (run it inside): %w", err)
	}
	root := strings.TrimSpace(string(out))
	rows, err := findGoals(root)
	if err != nil {
		return err
	}
	built := map[string]error{} // by folder: why its tests do not build
	for _, g := range rows {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !b.wanted("goals/" + g.title()):
			continue
		case g.elsewhere:
			b.report.leaveOut(g.short(), "not for "+runtime.GOOS+"/"+runtime.GOARCH)
			continue
		}
		program := filepath.Join(b.dir, strings.ReplaceAll(g.dir, "/", "-")+".test"+gobuild.ExecutableSuffix())
		reason, known := built[g.dir]
		if !known {
			reason = buildTests(ctx, root, g.dir, program)
			built[g.dir] = reason
		} else if reason != nil {
			reason = fmt.Errorf("the tests of %s do not build: see above", g.dir)
		}
		why, err := "does not build", reason
		if err == nil {
			why, err = "failed", b.measureGoal(ctx, g, filepath.Join(root, g.dir), program)
		}
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("%s: %w", g.short(), err)
		}
		if err != nil {
			b.report.fail(g.short(), why, err)
		}
	}
	return nil
}

func buildTests(ctx context.Context, root, dir, program string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, "./"+dir)
	cmd.Dir = root
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the tests of %s do not build: %w: %s", dir, err, text)
	}
	return nil
}

// measureGoal runs one benchmark in a folder three times at most, once if quick, and adds a row for each of its figures.
// An interrupt waits for its end: what it has made on an engine goes with that.
func (b *bench) measureGoal(ctx context.Context, g goalRow, folder, program string) error {
	var taken []figure
	var skipped int
	times := min(b.rounds, 3)
	if b.quick {
		times = 1
	}
	for round := range times {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		cmd := exec.Command(program, "-test.run", "^$", "-test.bench", "^"+g.name+"$", "-test.benchtime", "1x", "-test.v", "-test.timeout", "20m")
		cmd.Dir = folder
		text, err := outputOf(cmd)
		if err != nil {
			return fmt.Errorf("%w: %s", err, text)
		}
		said := readGoals(text)
		if round > 0 && len(said.skipped) > skipped {
			return fmt.Errorf("it was skipped after it had run: %v", said.skipped)
		}
		if skipped = len(said.skipped); round == 0 {
			for _, s := range said.skipped {
				b.report.leaveOut(rowName(g.short(), s.part), s.why)
			}
		}
		switch {
		case len(said.unread) > 0:
			return fmt.Errorf("these lines have no figures that can be read: %q", said.unread)
		case len(said.figures) == 0 && len(said.skipped) > 0:
			return nil
		case !hasGoal(said.figures):
			return fmt.Errorf("it reports no figure with a goal: %s", text)
		}
		taken = append(taken, said.figures...)
	}
	b.report.addFigures(g.short(), taken)
	return nil
}

const goalPrefix = "BenchmarkGoal"

var goalFunction = regexp.MustCompile(`(?m)^func (` + goalPrefix + `\w*)\(\w+ \*testing\.B\)`)

// findGoals finds the benchmarks below a folder, without the modules in it.
func findGoals(root string) (rows []goalRow, err error) {
	return rows, filepath.WalkDir(root, func(at string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name := entry.Name()
			unseen := name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") // by Go
			if _, err := os.Stat(filepath.Join(at, "go.mod")); at != root && (err == nil || unseen) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(at, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(at)
		if err != nil || !bytes.Contains(text, []byte(goalPrefix)) {
			return err
		}
		here, err := build.Default.MatchFile(filepath.Dir(at), entry.Name())
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(at))
		for _, found := range goalFunction.FindAllSubmatch(text, -1) {
			rows = append(rows, goalRow{filepath.ToSlash(dir), string(found[1]), !here})
		}
		return err
	})
}
