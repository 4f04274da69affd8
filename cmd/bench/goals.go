package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// goalRow is a benchmark beside the code, with the goal in the unit of what it reports.
type goalRow struct {
	dir  string // of its package, below the root of the module
	name string // BenchmarkGoal…
}

// title is what -only is held against. The table has the last part of the path.
func (g goalRow) title() string {
	return g.dir + "/" + strings.TrimPrefix(g.name, goalPrefix)
}

func (g goalRow) short() string { return path.Base(g.dir) + "/" + path.Base(g.title()) }

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
	programs := map[string]string{} // with the tests of a package
	var failures []error
	for _, g := range rows {
		if !b.wanted("goals/" + g.title()) {
			continue
		}
		if programs[g.dir] == "" {
			programs[g.dir] = filepath.Join(b.dir, strings.ReplaceAll(g.dir, "/", "-")+".test")
			build := exec.CommandContext(ctx, "go", "test", "-c", "-o", programs[g.dir], "./"+g.dir)
			build.Dir = root
			if text, err := build.CombinedOutput(); err != nil {
				return fmt.Errorf("build the tests of %s: %w: %s", g.dir, err, text)
			}
		}
		if err := b.measureGoal(ctx, g, filepath.Join(root, g.dir), programs[g.dir]); err != nil {
			err = fmt.Errorf("%s: %w", g.title(), err)
			b.report.note("not measured: " + err.Error())
			failures = append(failures, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failures...)
}

// measureGoal runs one benchmark in a folder three times at most, once if quick, and adds a row for each of its figures.
// An interrupt waits for its end: what it has made on an engine goes with that.
func (b *bench) measureGoal(ctx context.Context, g goalRow, folder, program string) error {
	var taken []figure
	times := min(b.rounds, 3)
	if b.quick {
		times = 1
	}
	for range times {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		cmd := exec.Command(program, "-test.run", "^$", "-test.bench", "^"+g.name+"$", "-test.benchtime", "1x", "-test.v", "-test.timeout", "20m")
		cmd.Dir = folder
		text, err := outputOf(cmd)
		if err != nil {
			return fmt.Errorf("%w: %s", err, text)
		}
		figures, why := readGoals(text)
		if why != "" {
			b.report.note(g.short() + ": left out: " + why)
			return nil
		}
		if !hasGoal(figures) {
			return fmt.Errorf("it reports no figure with a goal: %s", text)
		}
		taken = append(taken, figures...)
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
			if _, err := os.Stat(filepath.Join(at, "go.mod")); at != root && (err == nil || strings.HasPrefix(entry.Name(), ".")) {
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
		dir, err := filepath.Rel(root, filepath.Dir(at))
		for _, found := range goalFunction.FindAllSubmatch(text, -1) {
			rows = append(rows, goalRow{filepath.ToSlash(dir), string(found[1])})
		}
		return err
	})
}
