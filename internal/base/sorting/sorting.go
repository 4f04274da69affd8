// Package sorting sorts slices of any type by one copy of the code that does it. The
// compiler makes slices.SortFunc anew for each type, 14 kB a time.
package sorting

import (
	"cmp"
	"iter"
	"slices"
)

// short is up to how many elements an insertion sort is faster, and needs no memory.
const short = 12

// By sorts s as compare says. Elements that compare as equal keep their order.
func By[T any](s []T, compare func(a, b T) int) {
	if len(s) <= short {
		for i := 1; i < len(s); i++ {
			for j := i; j > 0 && compare(s[j], s[j-1]) < 0; j-- {
				s[j], s[j-1] = s[j-1], s[j]
			}
		}
		return
	}
	if slices.IsSortedFunc(s, compare) { // as most are
		return
	}
	// Places have the same type whatever the elements are.
	places := make([]int32, len(s))
	for i := range places {
		places[i] = int32(i)
	}
	slices.SortFunc(places, func(a, b int32) int { return cmp.Or(compare(s[a], s[b]), int(a)-int(b)) })
	before := slices.Clone(s)
	for i, place := range places {
		s[i] = before[place]
	}
}

// Sorted returns what a sequence has, sorted as By does.
func Sorted[T any](all iter.Seq[T], compare func(a, b T) int) []T {
	s := slices.Collect(all)
	By(s, compare)
	return s
}

// FalseFirst compares a and b such that false comes before true.
func FalseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
