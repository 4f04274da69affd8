// Package hashorder puts strings in the order in which AWS answers some of its sets: the
// labels of parameters and the staging labels of secrets. In recorded answers (SSM0004,
// SEC0003) that is always the order of a hash set of Java's with 16 places, which knows
// nothing of when they came.
package hashorder

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Sort returns the strings in that order, each once.
func Sort(set []string) []string {
	var sorted []string
	for _, s := range set {
		if !slices.Contains(sorted, s) {
			sorted = append(sorted, s)
		}
	}
	places := 16 // Java's table doubles when three quarters of it are taken
	for 4*len(sorted) > 3*places {
		places *= 2
	}
	sorting.By(sorted, func(a, b string) int { return place(a, places) - place(b, places) })
	return sorted
}

// place is where a set of Java's keeps a string. Those of labels are ASCII, so a byte is
// as good as a unit of UTF-16.
func place(s string, places int) int {
	var hash uint32
	for _, c := range []byte(s) {
		hash = 31*hash + uint32(c)
	}
	return int(hash^hash>>16) & (places - 1)
}
