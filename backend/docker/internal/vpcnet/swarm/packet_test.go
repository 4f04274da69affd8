package swarm

import "testing"

func TestTheHostWithTheSmallestPacketsDecides(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		want  string
	}{
		{[]int{1500, 1500}, ""},
		{[]int{1500, 1400}, "1350"},
		{[]int{9000, 8900}, "8850"},
		{[]int{9000, 1500}, ""},
		{[]int{9000, 0}, ""},
		{[]int{1400, 0}, "1350"},
		{nil, ""},
	} {
		if got := PacketOptions(c.sizes)[mtuOption]; got != c.want {
			t.Errorf("hosts with %v: option %q, want %q", c.sizes, got, c.want)
		}
	}
}
