package structure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// knots returns the sets of two and more files that all use each other: the strongly connected
// components, by Tarjan's algorithm.
func knots(uses map[string]map[string]bool) [][]string {
	s := search{uses: uses, order: map[string]int{}, lowest: map[string]int{}}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		if s.order[file] == 0 {
			s.visit(file)
		}
	}
	return s.found
}

type search struct {
	uses          map[string]map[string]bool
	order, lowest map[string]int
	open          []string
	found         [][]string
}

func (s *search) visit(file string) {
	s.order[file] = len(s.order) + 1
	s.lowest[file] = s.order[file]
	s.open = append(s.open, file)
	for other := range s.uses[file] {
		if s.order[other] == 0 {
			s.visit(other)
			s.lowest[file] = min(s.lowest[file], s.lowest[other])
		} else if slices.Contains(s.open, other) {
			s.lowest[file] = min(s.lowest[file], s.order[other])
		}
	}
	if s.lowest[file] != s.order[file] {
		return
	}
	start := slices.Index(s.open, file)
	if knot := slices.Sorted(slices.Values(s.open[start:])); len(knot) > 1 {
		s.found = append(s.found, knot)
	}
	s.open = s.open[:start]
}

// describe lists what the files of a knot use of each other.
func describe(knot []string, uses map[string]map[string]bool) string {
	var text strings.Builder
	for _, file := range knot {
		var others []string
		for _, other := range knot {
			if uses[file][other] {
				others = append(others, other)
			}
		}
		fmt.Fprintf(&text, "\t%s uses %s\n", file, strings.Join(others, ", "))
	}
	return text.String()
}
