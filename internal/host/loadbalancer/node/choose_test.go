package node

import (
	"slices"
	"testing"
)

func TestTheHostOfALoadBalancer(t *testing.T) {
	ready, away, lost := true, false, true
	const a, b, c = "a", "b", "c"
	for what, test := range map[string]struct {
		was    string
		placed bool
		hosts  []candidate
		want   []int
	}{
		"the only one, which has no name":        {"", false, []candidate{{"", away, false}}, []int{0}},
		"a new one is on the first":              {"", false, []candidate{{a, ready, false}, {b, ready, false}}, []int{0, 1}},
		"or on the first that is ready":          {"", false, []candidate{{a, away, false}, {b, ready, false}}, []int{1}},
		"one stays where it is":                  {b, true, []candidate{{a, ready, false}, {b, ready, false}}, []int{1}},
		"also while that does not answer":        {b, true, []candidate{{a, ready, false}, {b, away, false}}, []int{1}},
		"it leaves what is lost":                 {a, true, []candidate{{a, away, lost}, {b, away, false}, {c, ready, false}}, []int{2}},
		"for the others, one after the other":    {a, true, []candidate{{a, away, lost}, {b, ready, false}, {c, ready, false}}, []int{1, 2}},
		"though that answers again":              {a, true, []candidate{{a, ready, lost}, {b, ready, false}}, []int{1}},
		"it leaves a host that is not there":     {"d", true, []candidate{{a, away, false}, {b, ready, false}}, []int{1}},
		"with none ready it waits for the first": {a, true, []candidate{{a, away, lost}, {b, away, false}, {c, away, false}}, []int{1}},
		"all are lost":                           {a, true, []candidate{{a, away, lost}, {b, away, lost}}, nil},
	} {
		if got := choose(test.was, test.placed, test.hosts); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", what, got, test.want)
		}
	}
}
