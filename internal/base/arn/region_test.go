package arn

import (
	"slices"
	"testing"
)

func TestRegionsOfAWS(t *testing.T) {
	if all := Regions(); !slices.IsSorted(all) || !IsRegion(all[0]) || !IsRegion("us-west-1") {
		t.Errorf("regions are not found: %q", all)
	}
	if IsRegion("us-wset-1") || IsRegion("") {
		t.Error("a region that AWS has not is found")
	}
}
