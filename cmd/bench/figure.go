package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// figure is what a benchmark reports, with the goal that its unit has: `ms≤50` is a figure in ms that should be at
// most 50.
type figure struct {
	part  string // of the benchmark, if it has several
	value float64
	unit  string // without the goal; ratio is one of two figures
	goal  goal
}

// goalUnit is a unit with a goal.
var goalUnit = regexp.MustCompile(`^(.+)(≤|≥)([0-9.]+)$`)

func readFigure(part, value, unit string) (f figure, err error) {
	f.part = part
	if f.value, err = strconv.ParseFloat(value, 64); err != nil {
		return f, err
	}
	if math.IsInf(f.value, 0) || math.IsNaN(f.value) {
		return f, fmt.Errorf("%s is no figure", value)
	}
	f.unit = unit
	found := goalUnit.FindStringSubmatch(unit)
	if found == nil && strings.ContainsAny(unit, "≤≥") {
		return f, fmt.Errorf("the goal of %q is no number", unit)
	}
	if found == nil {
		return f, nil
	}
	f.unit = found[1]
	limit, err := strconv.ParseFloat(found[3], 64)
	f.goal = goal{limit: limit, atLeast: found[2] == "≥"}
	if f.unit != "ratio" {
		f.goal.unit = " " + f.unit
	}
	return f, err
}

// partName is what a line has of a benchmark behind its own name, without the number of processors.
var partName = regexp.MustCompile(`^\w+/?(.*?)(-\d+)?$`)

// ofGo are units that Go reports of each benchmark, which say nothing of one that runs once.
var ofGo = []string{"ns/op", "B/op", "allocs/op", "MB/s"}

// said is what a test program prints of a benchmark.
type said struct {
	figures []figure
	skipped []skip
	unread  []string // lines that should have figures
}

// skip is a benchmark, or the part of one, that was skipped.
type skip struct{ part, why string }

// place is the line of a file before what a test logs.
var place = regexp.MustCompile(`^\S+\.go:\d+: `)

func readGoals(text []byte) (s said) {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if name, is := strings.CutPrefix(line, "--- SKIP: "+goalPrefix); is && i > 0 {
			s.skipped = append(s.skipped, skip{partOf(name), place.ReplaceAllString(strings.TrimSpace(lines[i-1]), "")})
		}
		words := strings.Fields(line)
		if len(words) < 4 || !strings.HasPrefix(words[0], goalPrefix) {
			continue
		}
		for at := 2; at < len(words); at += 2 { // behind name and number of runs: value and unit
			if at+1 == len(words) {
				s.unread = append(s.unread, line)
				break
			}
			f, err := readFigure(partOf(words[0]), words[at], words[at+1])
			switch {
			case err != nil:
				s.unread = append(s.unread, line)
			case !slices.Contains(ofGo, f.unit):
				s.figures = append(s.figures, f)
			}
		}
	}
	return s
}

// partOf is the part of a benchmark that a line names.
func partOf(name string) string {
	return strings.ReplaceAll(partName.FindStringSubmatch(name)[1], "_", " ")
}

func hasGoal(figures []figure) bool {
	return slices.ContainsFunc(figures, func(f figure) bool { return f.goal != goal{} })
}

// addFigures adds a row for each unit of each part, with the median of its figures: those with goals first, and in the
// order of the parts' names, as benchmarks may run their parts in any order.
func (r *report) addFigures(name string, taken []figure) {
	slices.SortStableFunc(taken, func(a, b figure) int {
		switch {
		case (a.goal == goal{}) == (b.goal == goal{}):
			return strings.Compare(a.part, b.part)
		case a.goal == goal{}:
			return 1
		default:
			return -1
		}
	})
	for len(taken) > 0 {
		first, values := taken[0], []float64(nil)
		taken = slices.DeleteFunc(taken, func(f figure) bool {
			same := f.part == first.part && f.unit == first.unit && f.goal == first.goal
			if same {
				values = append(values, f.value)
			}
			return same
		})
		m, format := median(values), "%.4g %s"
		if m >= 1000 {
			format = "%.0f %s"
		}
		r.add(row{name: rowName(name, first.part), figure: fmt.Sprintf(format, m, first.unit), ratio: m, held: m, goal: first.goal})
		name = "  and"
	}
}
