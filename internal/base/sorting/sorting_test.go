package sorting_test

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

type element struct{ key, place int }

// Whatever is sorted comes out as by the standard library's stable sort.
func TestBy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 60).Draw(t, "keys")
		var got []element
		for i, key := range keys {
			got = append(got, element{key, i})
		}
		want := slices.Clone(got)
		byKey := func(a, b element) int { return cmp.Compare(a.key, b.key) }
		slices.SortStableFunc(want, byKey)
		sorting.By(got, byKey)
		if !slices.Equal(got, want) {
			t.Fatalf("sorted %v, want %v", got, want)
		}
	})
}
