package metric

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// packed is a distribution as it is kept, which takes a fifth of the memory: its bins as they stand on disk. Empty: all values
// are the minimum.
type packed string

// unknown is the distribution of values that are not known, or of which some are negative.
const unknown packed = "?"

func (d *distribution) pack() packed {
	var text []byte
	for _, b := range d.bins {
		text = b.append(text)
	}
	return packed(text)
}

// distribution is how often values of which sizes came: by bins whose ends are in the ratio 1.1, from 1 on. That percentiles
// come from such bins, whose ends are no further than the minimum and maximum, is inferred from recorded answers.
type distribution struct{ bins []bin } // by index

// bin counts the values from 1.1^index on, below 1.1^(index+1); zeros have a bin of their own.
type bin struct {
	index int16
	count float64
}

const (
	ratio      = 1.1
	zero       = math.MinInt16
	lowestBin  = -7000 // recorded answers
	highestBin = 7000
)

// indexOf is the bin of a value that is not negative.
func indexOf(v float64) int16 {
	if v == 0 {
		return zero
	}
	i := int(math.Floor(math.Log(v) / math.Log(ratio)))
	i = min(max(i, lowestBin), highestBin)
	for i < highestBin && math.Pow(ratio, float64(i+1)) <= v {
		i++
	}
	for i > lowestBin && math.Pow(ratio, float64(i)) > v {
		i--
	}
	return int16(i)
}

func distributionOf(d *Datum, sum Set) packed {
	switch {
	case sum.Min == sum.Max && sum.Sum == sum.Min*sum.Count: // source: CloudWatch user guide, statistics definitions
		return ""
	case len(d.Values) == 0 || sum.Min < 0:
		return unknown
	case sum.Min == sum.Max:
		return ""
	}
	made := &distribution{}
	for i, v := range d.Values {
		made.add(indexOf(v), d.count(i))
	}
	return made.pack()
}

func (d *distribution) add(index int16, count float64) {
	if count == 0 {
		return
	}
	i, found := slices.BinarySearchFunc(d.bins, index, func(b bin, index int16) int { return cmp.Compare(b.index, index) })
	if !found {
		d.bins = slices.Insert(d.bins, i, bin{index: index})
	}
	d.bins[i].count += count
}

// addPoint adds the values of a point, which are known.
func (d *distribution) addPoint(p *Point) {
	if p.dist == "" {
		d.add(indexOf(p.Min), p.Count)
		return
	}
	for read := (recordReader{from: []byte(p.dist)}); len(read.from) > 0 && read.err == nil; {
		b := read.bin()
		d.add(b.index, b.count)
	}
}

// add is both points together, at the time of the first.
func (p Point) add(o Point) Point { return joined(p, o) }

// joined are points together, at the time of the first.
func joined(points ...Point) Point {
	sum, first := Point{At: points[0].At}, -1
	one, equal, known := true, true, true
	for i := range points {
		p := &points[i]
		if p.Count == 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		one = i == first
		equal = equal && p.dist == "" && p.Min == points[first].Min
		known = known && p.dist != unknown
		sum.Set = sum.Set.Add(p.Set)
	}
	switch {
	case first < 0 || equal:
	case one:
		sum.dist = points[first].dist
	case sum.Min < 0 || !known:
		sum.dist = unknown
	default:
		var all distribution
		for i := range points {
			if points[i].Count != 0 {
				all.addPoint(&points[i])
			}
		}
		sum.dist = all.pack()
	}
	return sum
}

// span is a bin within the minimum and the maximum of its point.
type span struct {
	low, high float64
	before    float64 // how many values are in those before it
	count     float64
}

// spans are the bins of a point.
type spans []span

func (p *Point) spans() (list spans, known bool) {
	if p.dist == unknown || p.Min < 0 {
		return nil, false
	}
	before, all := 0.0, distribution{}
	all.addPoint(p)
	for _, b := range all.bins {
		s := span{before: before, count: b.count}
		if b.index != zero {
			s.low = max(math.Pow(ratio, float64(b.index)), p.Min)
			s.high = max(min(math.Pow(ratio, float64(b.index)+1), p.Max), s.low)
		}
		before += b.count
		list = append(list, s)
	}
	return list, len(list) > 0
}

func (s spans) total() float64 { return s[len(s)-1].before + s[len(s)-1].count }

// at is the span in which a number of values ends, and which part of it is among them.
func (s spans) at(n float64) (i int, part float64) {
	i = sort.Search(len(s)-1, func(i int) bool { return s[i].before+s[i].count >= n })
	return i, min(max((n-s[i].before)/s[i].count, 0), 1)
}

// percentile lies in its bin on a scale of ratios.
func (s spans) percentile(of float64) float64 {
	i, part := s.at(of * s.total())
	low, high := s[i].low, s[i].high
	if low == high {
		return low
	}
	return min(max(low*math.Pow(high/low, part), low), high)
}

// within is how many values are up to v.
func (s spans) within(v float64) (n float64) {
	for _, each := range s {
		switch {
		case v >= each.high:
			n += each.count
		case v > each.low:
			n += each.count * (v - each.low) / (each.high - each.low)
		}
	}
	return n
}

// below is how many values are less than v, or v itself within a bin.
func (s spans) below(v float64) (n float64) {
	for _, each := range s {
		switch {
		case each.low == each.high && v > each.low, each.low < each.high && v >= each.high:
			n += each.count
		case v > each.low && v < each.high:
			n += each.count * (v - each.low) / (each.high - each.low)
		}
	}
	return n
}

// trimmed are the statistics of a range: the mean without the rest, the mean with the rest at the ends of the range, the
// count, the sum, or the percentage. Within a bin values are taken to lie evenly.
func (s spans) trimmed(of Statistic) (value float64, ok bool) {
	total := s.total()
	from, to := of.from*total, of.to*total
	if !of.percent {
		from, to = s.below(of.from), s.within(of.to)
	}
	count, sum := to-from, s.sum(to)-s.sum(from)
	switch of.kind {
	case "TC":
		return count, true
	case "TS":
		return sum, count > 0
	case "PR":
		return 100 * count / total, true
	case "WM":
		first, _ := s.at(from)
		last, _ := s.at(to)
		return (sum + from*s[first].low + (total-to)*s[last].high) / total, count > 0
	}
	return sum / count, count > 0
}

// sum is the sum of a number of values, the least first.
func (s spans) sum(n float64) (sum float64) {
	for _, each := range s {
		count := min(max(n-each.before, 0), each.count)
		sum += count * (each.low + (each.high-each.low)*count/each.count/2)
	}
	return sum
}
