package metric

import (
	"math"
	"slices"
)

// evict removes the oldest data points of all metrics until an eighth of the room is free. Where that does not help, since all
// are of the same time, whole metrics go.
func (s *Store) evict() {
	goal := s.opts.Size - s.opts.Size/8
	ages := s.ages()
	cutoff, freed := int64(math.MinInt64), int64(0)
	for i := len(ages) - 1; i > 0 && s.size-freed > goal; i-- { // the newest stay
		freed += ages[i]
		cutoff = s.latest - oldestOf(i-1)
	}
	for key, of := range s.metrics {
		s.dropBefore(key, of, cutoff)
	}
	if freed > 0 {
		goal = s.opts.Size
	}
	for key, of := range s.metrics {
		if s.size <= goal {
			break
		}
		s.dropBefore(key, of, math.MaxInt64)
	}
}

// ageBins is how many bins of ages there are: 16 for each doubling.
const ageBins = 16 * 40

// ageBin is the bin of an age in seconds, and oldestOf the greatest age in a bin.
func ageBin(age int64) int {
	return min(int(16*math.Log2(float64(max(age, 0)+1))), ageBins-1)
}

func oldestOf(bin int) int64 {
	return int64(math.Ceil(math.Exp2(float64(bin+1)/16))) - 2
}

// ages are how many bytes data points of each age take.
func (s *Store) ages() (bytes [ageBins]int64) {
	for _, of := range s.metrics {
		for _, each := range of.units {
			each.between(math.MinInt64, math.MaxInt64, func(r *record) { bytes[ageBin(s.latest-r.at)] += recordSize + r.size() })
		}
	}
	return bytes
}

// dropBefore removes the data points of a metric before a second, and the metric if it has none then.
func (s *Store) dropBefore(key string, of *metricSeries, cutoff int64) {
	of.units = slices.DeleteFunc(of.units, func(each *series) bool {
		left := 0
		for tier := range each.columns {
			c := &each.columns[tier]
			n, _ := c.find(cutoff)
			for i := range c.records[:n] {
				s.changed(each, tier, c.records[i].at)
			}
			if n > 0 {
				s.size -= c.drop(n) + c.shrink()
			}
			left += len(c.records)
		}
		if left > 0 {
			return false
		}
		for tier := range each.columns {
			s.size -= int64(each.columns[tier].room) * recordSize
		}
		s.size -= seriesSize + 2*int64(len(key))
		if s.disk != nil {
			s.disk.changes.addSeries(each.number, nil)
		}
		return true
	})
	if len(of.units) == 0 {
		delete(s.metrics, key)
	}
}
