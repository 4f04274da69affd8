// Package sorting sorts slices of any type by one copy of the code that does it. The
// compiler makes slices.SortFunc anew for each type, 14 kB a time.
package sorting

import (
	"cmp"
	"iter"
	"slices"
)

// By sorts s as compare says. Elements that compare as equal keep their order.
func By[T any](s []T, compare func(a, b T) int) {
	places := order(len(s), func(i, j int) int { return compare(s[i], s[j]) })
	if places == nil {
		return
	}
	before := slices.Clone(s)
	for i, place := range places {
		s[i] = before[place]
	}
}

// order sorts n elements by their places, which have one type for all elements. It returns the place that each
// is to be taken from, or nil where they are in order.
func order(n int, compare func(i, j int) int) []int32 {
	if isOrdered(n, compare) { // as most are
		return nil
	}
	places := make([]int32, n)
	for i := range places {
		places[i] = int32(i)
	}
	slices.SortFunc(places, func(a, b int32) int { return cmp.Or(compare(int(a), int(b)), int(a)-int(b)) })
	return places
}

func isOrdered(n int, compare func(i, j int) int) bool {
	for i := n - 1; i > 0; i-- {
		if compare(i, i-1) < 0 {
			return false
		}
	}
	return true
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
