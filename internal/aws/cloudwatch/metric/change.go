package metric

import (
	"maps"
	"math"
)

// chunk is where records of a tier that follow each other stand on disk, those of all series side by side.
type chunk struct {
	tier   uint8
	start  int64
	number uint32 // of the series
}

// spanOf is how many seconds of a tier a chunk has: as many as keep a write small.
func spanOf(tier int) int64 {
	if tier == 0 {
		return minute
	}
	return 16 * tiers[tier].step
}

// changes are what the file does not have yet.
type changes struct {
	any    bool // there are some
	whole  bool // they are not told apart: the file is made anew
	most   int  // beyond as many they are not told apart, so that they do not grow while the disk is full
	chunks map[chunk]*series
	series map[uint32]*series // nil: it is gone
	marks  map[string]bool
}

func newChanges(most int) *changes {
	return &changes{most: most, chunks: map[chunk]*series{}, series: map[uint32]*series{}, marks: map[string]bool{}}
}

// forgetDetails leaves it to the next write to make the file anew.
func (c *changes) forgetDetails() { *c = changes{any: c.any, whole: true, most: c.most} }

// note notes that there is one more change. It reports whether that is told apart from others.
func (c *changes) note() bool {
	c.any = true
	if c.count() >= c.most {
		c.forgetDetails()
	}
	return !c.whole
}

func (c *changes) count() int { return len(c.chunks) + len(c.series) + len(c.marks) }

func (c *changes) addChunk(of chunk, s *series) {
	if c.note() {
		c.chunks[of] = s
	}
}

// addSeries notes that a series is there, or gone if it is nil.
func (c *changes) addSeries(number uint32, s *series) {
	if c.note() {
		c.series[number] = s
	}
}

func (c *changes) addMark(key string) {
	if c.note() {
		c.marks[key] = true
	}
}

// merge takes what could not be written, before what has changed since.
func (c *changes) merge(earlier *changes) {
	c.any = true
	if c.whole || earlier.whole {
		c.forgetDetails()
		return
	}
	maps.Copy(earlier.chunks, c.chunks)
	maps.Copy(earlier.series, c.series)
	maps.Copy(earlier.marks, c.marks)
	c.chunks, c.series, c.marks = earlier.chunks, earlier.series, earlier.marks
}

// changed notes that a record is another one, or gone.
func (s *Store) changed(of *series, tier int, at int64) {
	if s.disk != nil {
		s.disk.changes.addChunk(chunkWith(of, tier, at), of)
	}
}

func chunkWith(of *series, tier int, at int64) chunk {
	return chunk{uint8(tier), floor(at, spanOf(tier)), of.number}
}

// everything are all series, records and marks there are, as changes of an empty file.
func (s *Store) everything() *changes {
	all := newChanges(math.MaxInt)
	for _, of := range s.metrics {
		for _, each := range of.units {
			all.addSeries(each.number, each)
			for tier := range each.columns {
				next := int64(math.MinInt64)
				for _, r := range each.columns[tier].records {
					if r.at >= next {
						c := chunkWith(each, tier, r.at)
						all.addChunk(c, each)
						next = c.start + spanOf(tier)
					}
				}
			}
		}
	}
	for key := range s.marks {
		all.addMark(key)
	}
	return all
}
