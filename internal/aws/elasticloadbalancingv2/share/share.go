// Package share is the arithmetic of traffic that goes step by step from one target group to another:
//
//	share.Steps(30, 30)                           // 30, 60, 90, 100
//	share.Pair{"green", "blue"}.Weights(30, 1000) // green 300, blue 700
package share

import "math"

// Steps begin with a percentage and add another until all is shifted. It counts in tenths, which have
// no rounding.
func Steps(first, each float64) (list []float64) {
	for at := Part(first, 1000); at < 1000; at += Part(each, 1000) {
		list = append(list, float64(at)/10)
	}
	return append(list, 100)
}

// Part is a percentage of a whole in whole numbers, at least 1 and at most the whole.
func Part(percent float64, whole int32) int32 {
	return int32(min(max(math.Round(percent*float64(whole)/100), 1), float64(whole)))
}

// Pair are the target groups that traffic goes to and comes from.
type Pair struct{ Target, Source string }

// Weights share traffic between both where the target has a percentage: 100 and 0 where it is all or nothing, and
// parts of a whole while traffic is split.
func (p Pair) Weights(percent float64, whole int32) map[string]int32 {
	switch w := Part(percent, whole); {
	case percent <= 0:
		return map[string]int32{p.Target: 0, p.Source: 100}
	case w >= whole:
		return map[string]int32{p.Target: 100, p.Source: 0}
	default:
		return map[string]int32{p.Target: w, p.Source: whole - w}
	}
}

// Has reports whether the weights of a rule are the wanted ones; a group that it does not forward to has none.
func Has(now, wanted map[string]int32) bool {
	for group, w := range wanted {
		if now[group] != w {
			return false
		}
	}
	return true
}

// Existing are the weights of target groups that are not gone; nil: traffic would go to one that is.
func Existing(wanted map[string]int32, gone map[string]bool) map[string]int32 {
	there := map[string]int32{}
	for group, w := range wanted {
		switch {
		case !gone[group]:
			there[group] = w
		case w > 0:
			return nil
		}
	}
	return there
}
