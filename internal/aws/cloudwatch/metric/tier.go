package metric

import (
	"cmp"
	"slices"
	"unsafe"
)

// tiers are how finely data points are kept, and for how long, in seconds. AWS keeps minutes for 15 days instead of one.
// Source: CloudWatch user guide, metrics concepts.
var tiers = [...]struct{ step, keep int64 }{
	{1, 3 * hour},
	{minute, day},
	{5 * minute, 63 * day},
	{hour, 455 * day},
}

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// tierOf is the finest tier for a time, of those from first on; ok is false where the time is too old for all.
func tierOf(at, now int64, first int) (tier int, ok bool) {
	for tier = first; tier < len(tiers); tier++ {
		if at >= horizon(tier, now) {
			return tier, true
		}
	}
	return 0, false
}

// horizon is the first time that a tier has. Below it are whole periods of the next tier.
func horizon(tier int, now int64) int64 {
	next := min(tier+1, len(tiers)-1)
	return floor(now-tiers[tier].keep, tiers[next].step)
}

// floor is the start of the period with a time, which may be before 1970.
func floor(at, step int64) int64 {
	rest := at % step
	if rest < 0 {
		rest += step
	}
	return at - rest
}

// record is what is known of a period that begins at a second.
type record struct {
	at int64
	Set
	dist packed
}

func (r *record) point() Point { return Point{Set: r.Set, dist: r.dist} }

// size is the memory that a record takes beside its own.
func (r *record) size() int64 {
	if r.dist == unknown {
		return 0
	}
	return int64(len(r.dist)+7) &^ 7
}

const recordSize = int64(unsafe.Sizeof(record{}))

// column is the records of a tier, by time.
type column struct {
	records []record
	room    int // how many records memory is taken for
}

// find is the place of a time, and whether there is a record.
func (c *column) find(at int64) (i int, found bool) {
	if n := len(c.records); n == 0 || c.records[n-1].at < at { // as most do
		return n, false
	}
	return slices.BinarySearchFunc(c.records, at, func(r record, at int64) int { return cmp.Compare(r.at, at) })
}

// add adds a point to the record of a time. It returns how much more memory is taken.
func (c *column) add(at int64, p Point) (more int64) {
	i, found := c.find(at)
	if !found {
		before := c.room
		if len(c.records) == cap(c.records) {
			c.resize(roomFor(len(c.records)))
		}
		c.records = slices.Insert(c.records, i, record{at: at})
		more = int64(c.room-before) * recordSize
	}
	r := &c.records[i]
	more -= r.size()
	sum := r.point().add(p)
	r.Set, r.dist = sum.Set, sum.dist
	return more + r.size()
}

// drop removes the first records. It returns how much less memory is taken.
func (c *column) drop(n int) (less int64) {
	for i := range c.records[:n] {
		less += c.records[i].size()
		c.records[i].dist = ""
	}
	c.records = c.records[n:]
	if len(c.records) < c.room/2 {
		less += c.shrink()
	}
	return less
}

// shrink takes no more memory than the records need soon. It returns how much less that is.
func (c *column) shrink() (less int64) {
	before := c.room
	if c.resize(roomFor(len(c.records))); len(c.records) == 0 {
		c.resize(0)
	}
	return int64(before-c.room) * recordSize
}

// roomFor is the memory that some records take, in records: for an eighth more.
func roomFor(records int) int { return records + records/8 + 4 }

func (c *column) resize(room int) {
	records := make([]record, len(c.records), room)
	copy(records, c.records)
	c.records, c.room = records, room
}

// between are the records of a time, to is left out.
func (c *column) between(from, to int64) []record {
	first, _ := c.find(from)
	last, _ := c.find(to)
	return c.records[first:max(first, last)]
}
