package cloudwatch

import (
	"math"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// Forms of extended statistics. Source: CloudWatch user guide, statistics definitions.
var (
	percentile = lazyregexp.New(`^(?:p|tm|wm|tc|ts)([0-9]{1,3}(?:\.[0-9]{1,10})?)$`)
	ofRange    = lazyregexp.New(`^(?:TM|WM|TC|TS)\(([^:()]*):([^:()]*)\)$`)
	rank       = lazyregexp.New(`^PR\(([^:()]*):([^:()]*)\)$`)
	decimal    = lazyregexp.New(`^-?[0-9]+(?:\.[0-9]{1,10})?$`)
)

// isExtendedStatistic reports whether a text is the name of a statistic such as p99.9, tm90,
// TM(10%:90%), PR(:300) or IQM.
func isExtendedStatistic(s string) bool {
	if m := percentile.FindStringSubmatch(s); m != nil {
		n, _ := strconv.ParseFloat(m[1], 64)
		return n <= 100
	}
	if m := ofRange.FindStringSubmatch(s); m != nil {
		return bounds(m[1], m[2], strings.Contains(s, "%"))
	}
	if m := rank.FindStringSubmatch(s); m != nil {
		return bounds(m[1], m[2], false)
	}
	return s == "IQM"
}

// bounds reports whether two texts are the ends of a range, of which one may be open. In percent
// both are from 0 to 100.
func bounds(from, to string, percent bool) bool {
	low, okLow := bound(from, math.Inf(-1), percent)
	high, okHigh := bound(to, math.Inf(1), percent)
	return okLow && okHigh && low < high && from+to != ""
}

// bound reads one end, which is open if the text is empty.
func bound(text string, open float64, percent bool) (n float64, ok bool) {
	if text == "" {
		return open, true
	}
	number, hasPercent := strings.CutSuffix(text, "%")
	if hasPercent != percent || !decimal.MatchString(number) {
		return 0, false
	}
	n, err := strconv.ParseFloat(number, 64)
	return n, err == nil && (!percent || n >= 0 && n <= 100)
}
