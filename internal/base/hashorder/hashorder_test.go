package hashorder

import (
	"slices"
	"testing"
)

// Each of these was recorded in this order.
func TestRecordedOrders(t *testing.T) {
	for _, want := range [][]string{
		{"1", "bad/stage", "AWSCURRENT", "fixture-stage-xxxxxxxxxxxxxxxxxx", "abcdefab-abcd-abcd-abcd-abcdefabcdef", "bad:stage", "stable._-"},
		{"REPLAY", "AWSCURRENT"}, {"AWSPREVIOUS", "REPLAY"}, {"BLUE", "AWSCURRENT"}, {"AWSPREVIOUS", "BLUE"},
		{"awsBad", "123bad", "bad label", "ssmBad"}, {"Ssmbad", "AWSbad", "bad label"}, {"1number", "bad:colon"}, {"valid", "stable"},
	} {
		given := slices.Sorted(slices.Values(want)) // some have one place, and come as they are given
		if got := Sort(append(given, want[0])); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestOrdersOutsideASCII has keys that another encoding than UTF-16 puts the other way round.
// Source: the documentation of Java's String.hashCode.
func TestOrdersOutsideASCII(t *testing.T) {
	for _, want := range [][]string{{"(", "é"}, {"$", "😀"}} {
		for _, given := range [][]string{want, {want[1], want[0]}} {
			if got := Sort(given); !slices.Equal(got, want) {
				t.Errorf("of %q: got %q, want %q", given, got, want)
			}
		}
	}
}
