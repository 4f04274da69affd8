package metric

import (
	"math"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Statistic is what is asked of the values of a period: Average, p99.9, TM(10%:90%) …
type Statistic struct {
	kind     string // SampleCount …, or p, TM, WM, TC, TS, PR
	from, to float64
	percent  bool // from and to are of the values, from 0 to 1, and not values
}

// Forms of extended statistics. Source: CloudWatch user guide, statistics definitions; of the ten decimals recorded answers.
var (
	percentile = lazyregexp.New(`^(p|tm|wm|tc|ts)([0-9]{1,3}(?:\.[0-9]{1,10})?)$`)
	ofRange    = lazyregexp.New(`^(TM|WM|TC|TS)\(([^:()]*):([^:()]*)\)$`)
	rank       = lazyregexp.New(`^(PR)\(([^:()]*):([^:()]*)\)$`)
	decimal    = lazyregexp.New(`^[0-9]+(?:\.[0-9]{1,10})?$`)
)

// ParseStatistic reads the name of a statistic; ok is false if it is none.
func ParseStatistic(name string) (s Statistic, ok bool) {
	switch types.Statistic(name) {
	case types.StatisticSampleCount, types.StatisticSum, types.StatisticMinimum, types.StatisticMaximum, types.StatisticAverage:
		return Statistic{kind: name}, true
	}
	return parseExtended(name)
}

// IsExtended reports whether a text is the name of a statistic such as p99.9, tm90, TM(10%:90%), PR(:300) or IQM.
func IsExtended(name string) bool {
	_, ok := parseExtended(name)
	return ok
}

func parseExtended(name string) (s Statistic, ok bool) {
	if m := percentile.FindStringSubmatch(name); m != nil {
		n, _ := strconv.ParseFloat(m[2], 64)
		s = Statistic{kind: strings.ToUpper(m[1]), to: n / 100, percent: true}
		return s, n <= 100
	}
	if m := ofRange.FindStringSubmatch(name); m != nil {
		percent := strings.Contains(name, "%")
		s, ok = bounds(m[2], m[3], percent)
		s.kind = m[1]
		return s, ok
	}
	if m := rank.FindStringSubmatch(name); m != nil {
		s, ok = bounds(m[2], m[3], false)
		s.kind = m[1]
		return s, ok
	}
	return Statistic{kind: "TM", from: 0.25, to: 0.75, percent: true}, name == "IQM"
}

// bounds reads the ends of a range, of which one may be open. In percent both are from 0 to 100.
func bounds(from, to string, percent bool) (s Statistic, ok bool) {
	low, high := math.Inf(-1), math.Inf(1)
	if percent {
		low, high = 0, 100
	}
	low, okLow := bound(from, low, percent)
	high, okHigh := bound(to, high, percent)
	s = Statistic{from: low, to: high, percent: percent}
	if percent {
		s.from, s.to = low/100, high/100
	}
	return s, okLow && okHigh && low < high && from+to != ""
}

// bound reads one end, which is open if the text is empty, and not below zero. Source: recorded answers.
func bound(text string, open float64, percent bool) (n float64, ok bool) {
	if text == "" {
		return open, true
	}
	number, hasPercent := strings.CutSuffix(text, "%")
	if hasPercent != percent || !decimal.MatchString(number) {
		return 0, false
	}
	n, err := strconv.ParseFloat(number, 64)
	return n, err == nil && (!percent || n <= 100)
}

// Statistic is the value of a statistic by its name. ok is false where there is none.
func (p *Point) Statistic(name string) (value float64, ok bool) {
	s, ok := ParseStatistic(name)
	if !ok {
		return 0, false
	}
	return s.Of(p)
}

// Of is the value of the statistic at a point. There is none where the point has no values that tell it: those that came as
// a set of statistics, and those with a negative minimum (recorded answers).
func (s Statistic) Of(p *Point) (value float64, ok bool) {
	switch types.Statistic(s.kind) {
	case types.StatisticSampleCount:
		return p.Count, true
	case types.StatisticSum:
		return p.Sum, true
	case types.StatisticMinimum:
		return p.Min, true
	case types.StatisticMaximum:
		return p.Max, true
	case types.StatisticAverage:
		return p.Sum / p.Count, p.Count > 0
	}
	switch {
	case s.kind == "P" && s.to == 0:
		return p.Min, true
	case s.kind == "P" && s.to == 1:
		return p.Max, true
	}
	spans, known := p.spans()
	if !known || !(p.Count > 0) {
		return 0, false
	}
	if s.kind == "P" {
		return spans.percentile(s.to), true
	}
	return spans.trimmed(s)
}
