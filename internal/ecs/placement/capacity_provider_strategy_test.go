package placement

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestTasksAreDistributedByStrategy(t *testing.T) {
	item := func(name string, weight, base int32) types.CapacityProviderStrategyItem {
		return types.CapacityProviderStrategyItem{CapacityProvider: &name, Weight: weight, Base: base}
	}
	for name, c := range map[string]struct {
		strategy []types.CapacityProviderStrategyItem
		tasks    int
		want     map[string]int
	}{
		"by weight":             {[]types.CapacityProviderStrategyItem{item("F", 1, 0), item("S", 3, 0)}, 8, map[string]int{"F": 2, "S": 6}},
		"base first":            {[]types.CapacityProviderStrategyItem{item("F", 1, 0), item("S", 1, 3)}, 3, map[string]int{"S": 3}},
		"base, then weight":     {[]types.CapacityProviderStrategyItem{item("F", 1, 2), item("S", 4, 0)}, 7, map[string]int{"F": 3, "S": 4}},
		"base only":             {[]types.CapacityProviderStrategyItem{item("F", 0, 2), item("S", 1, 0)}, 6, map[string]int{"F": 2, "S": 4}},
		"tie: the heavier":      {[]types.CapacityProviderStrategyItem{item("F", 1, 0), item("S", 2, 0)}, 1, map[string]int{"S": 1}},
		"tie: the first listed": {[]types.CapacityProviderStrategyItem{item("F", 1, 0), item("S", 1, 0)}, 1, map[string]int{"F": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]int{}
			for range c.tasks {
				got[NextProvider(c.strategy, got)]++
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestDistributionStaysNearTheWeights holds each provider's share beyond its base to
// within one task of what its weight is worth.
func TestDistributionStaysNearTheWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"F", "S"}
		weights := []int32{rapid.Int32Range(0, 1000).Draw(t, "F"), rapid.Int32Range(1, 1000).Draw(t, "S")}
		base := rapid.Int32Range(0, 20).Draw(t, "base")
		strategy := []types.CapacityProviderStrategyItem{
			{CapacityProvider: &names[0], Weight: weights[0], Base: base},
			{CapacityProvider: &names[1], Weight: weights[1]},
		}
		n := rapid.IntRange(0, 200).Draw(t, "tasks")
		count := map[string]int{}
		for range n {
			count[NextProvider(strategy, count)]++
		}
		if first := min(n, int(base)); count["F"] < first {
			t.Fatalf("base not met: %v", count)
		}
		rest := float64(max(0, n-int(base)))
		share := rest * float64(weights[0]) / float64(weights[0]+weights[1])
		if beyond := float64(max(0, count["F"]-int(base))); beyond > share+1 || beyond < share-1 {
			t.Fatalf("%v beyond the base, want about %v: %v", beyond, share, count)
		}
	})
}

// TestDistributionIsExactAtEachNumberOfTasks compares the choice of one task after the other with the
// closed form: beyond its base, a provider of weight w gets its task k+1 at k/w, and of tasks that
// come at the same time the heavier provider gets the first, then the one that is listed first.
func TestDistributionIsExactAtEachNumberOfTasks(t *testing.T) {
	type turn struct{ k, weight, item int }
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(0, 12), 1, 5).Draw(t, "weights")
		weights[rapid.IntRange(0, len(weights)-1).Draw(t, "heavy")] += rapid.SampledFrom([]int{1, 1000}).Draw(t, "more")
		based, base := rapid.IntRange(0, len(weights)-1).Draw(t, "based"), rapid.IntRange(0, 9).Draw(t, "base")
		n := rapid.IntRange(1, 60).Draw(t, "tasks")

		var strategy []types.CapacityProviderStrategyItem
		var turns []turn
		for i, w := range weights {
			item := types.CapacityProviderStrategyItem{CapacityProvider: aws.String(string(rune('a' + i))), Weight: int32(w)}
			if i == based {
				item.Base = int32(base)
			}
			strategy = append(strategy, item)
			for k := 0; w > 0 && k < n; k++ {
				turns = append(turns, turn{k, w, i})
			}
		}
		slices.SortFunc(turns, func(x, y turn) int {
			return cmp.Or(cmp.Compare(x.k*y.weight, y.k*x.weight), cmp.Compare(y.weight, x.weight), cmp.Compare(x.item, y.item))
		})
		want, got := map[string]int{}, map[string]int{}
		for i := range n {
			if i < base {
				want[*strategy[based].CapacityProvider]++
			} else {
				want[*strategy[turns[i-base].item].CapacityProvider]++
			}
			got[NextProvider(strategy, got)]++
			if !maps.Equal(got, want) {
				t.Fatalf("of %d tasks %v, want %v", i+1, got, want)
			}
		}
	})
}
