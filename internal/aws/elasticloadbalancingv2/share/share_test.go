package share_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2/share"
)

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		first, each float64
		want        []float64
	}{
		{100, 100, []float64{100}},
		{10, 100, []float64{10, 100}},
		{0.1, 100, []float64{0.1, 100}},
		{30, 30, []float64{30, 60, 90, 100}},
		{33.3, 33.3, []float64{33.3, 66.6, 99.9, 100}},
	} {
		if got := share.Steps(c.first, c.each); !slices.Equal(got, c.want) {
			t.Errorf("%v, then %v: %v, want %v", c.first, c.each, got, c.want)
		}
	}
}

func TestWeights(t *testing.T) {
	pair := share.Pair{Target: "green", Source: "blue"}
	for _, c := range []struct {
		percent     float64
		whole       int32
		green, blue int32
	}{
		{0, 1000, 0, 100}, {95, 1000, 950, 50}, {100, 1000, 100, 0},
		{0, 100, 0, 100}, {10, 100, 10, 90}, {0.4, 100, 1, 99}, {99.6, 100, 100, 0}, {100, 100, 100, 0},
	} {
		want := map[string]int32{"green": c.green, "blue": c.blue}
		if diff := cmp.Diff(want, pair.Weights(c.percent, c.whole)); diff != "" {
			t.Errorf("%v percent of %d: (-want +got)\n%s", c.percent, c.whole, diff)
		}
	}
}

// At each percentage, both groups have all of it, and neither less than nothing.
func TestWeightsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := rapid.Float64Range(-1, 101).Draw(t, "percent")
		whole := rapid.SampledFrom([]int32{100, 1000}).Draw(t, "whole")
		w := share.Pair{Target: "green", Source: "blue"}.Weights(percent, whole)
		if sum := w["green"] + w["blue"]; sum != whole && sum != 100 || w["green"] < 0 || w["blue"] < 0 {
			t.Fatalf("%v percent of %d are %v", percent, whole, w)
		}
	})
}

func TestHas(t *testing.T) {
	now := map[string]int32{"green": 10, "blue": 90, "other": 5}
	if !share.Has(now, map[string]int32{"green": 10, "blue": 90}) || !share.Has(now, map[string]int32{"gone": 0}) {
		t.Error("groups that are not named, or that it does not forward to and that are to have nothing, make no difference")
	}
	if share.Has(now, map[string]int32{"green": 11, "blue": 89}) || share.Has(now, map[string]int32{"gone": 1}) {
		t.Error("other weights are not the wanted ones")
	}
}

func TestExisting(t *testing.T) {
	gone := map[string]bool{"blue": true, "green": false}
	if diff := cmp.Diff(map[string]int32{"green": 100}, share.Existing(map[string]int32{"green": 100, "blue": 0}, gone)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := share.Existing(map[string]int32{"green": 10, "blue": 90}, gone); got != nil {
		t.Errorf("traffic would go to a group that is gone: %v", got)
	}
}
