package metric

import "maps"

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
	all    bool // what the file has goes
	chunks map[chunk]*series
	series map[uint32]*series // nil: it is gone
	marks  map[string]bool
	number uint32 // of the newest series
}

func newChanges(number uint32) *changes {
	return &changes{chunks: map[chunk]*series{}, series: map[uint32]*series{}, marks: map[string]bool{}, number: number}
}

func (c *changes) none() bool {
	return !c.all && len(c.chunks)+len(c.series)+len(c.marks) == 0
}

func (c *changes) addSeries(s *series) {
	c.number++
	s.number = c.number
	c.series[s.number] = s
}

func (c *changes) removeSeries(s *series) { c.series[s.number] = nil }

func (c *changes) forgetAll() { *c = *newChanges(c.number); c.all = true }

// merge takes what could not be written, before what has changed since.
func (c *changes) merge(earlier *changes) {
	if c.all {
		return
	}
	c.all = earlier.all
	maps.Copy(earlier.chunks, c.chunks)
	maps.Copy(earlier.series, c.series)
	maps.Copy(earlier.marks, c.marks)
	c.chunks, c.series, c.marks = earlier.chunks, earlier.series, earlier.marks
}

// changed notes that a record is another one, or gone.
func (s *Store) changed(of *series, tier int, at int64) {
	if s.disk != nil {
		s.disk.changes.chunks[chunk{uint8(tier), floor(at, spanOf(tier)), of.number}] = of
	}
}
