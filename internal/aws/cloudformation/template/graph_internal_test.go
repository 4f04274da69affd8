package template

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestCycle holds cycles against a search along all paths.
func TestCycle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := graph{}
		n := rapid.IntRange(1, 7).Draw(t, "names")
		for i := range n {
			g.add(strconv.Itoa(i))
			for _, j := range rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 2).Draw(t, "needs") {
				g.add(strconv.Itoa(i), strconv.Itoa(j))
			}
		}
		var on, between []string
		for i := range n {
			name := strconv.Itoa(i)
			if reaches(g, name, name) {
				on = append(on, name)
			} else if leads(g, name) && leads(g.reverse(), name) {
				between = append(between, name)
			}
		}
		if got, want := g.cycle(), slices.Sorted(slices.Values(slices.Concat(on, between))); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// reaches is whether a path of one step or more leads from one name to the other.
func reaches(g graph, from, to string) bool {
	seen := map[string]bool{}
	open := []string{from}
	for len(open) > 0 {
		name := open[0]
		open = open[1:]
		for next := range g[name] {
			if next == to {
				return true
			}
			if !seen[next] {
				seen[next] = true
				open = append(open, next)
			}
		}
	}
	return false
}

// leads is whether a name reaches one that is on a cycle.
func leads(g graph, name string) bool {
	for other := range g {
		if reaches(g, other, other) && reaches(g, name, other) {
			return true
		}
	}
	return false
}
