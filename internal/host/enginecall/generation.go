package enginecall

// Group is work that goes on from call to call: what a task does from one to the next. A
// call that begins before the one before it ends belongs to its generation. The zero value
// is ready for use.
type Group struct {
	calls      int    // under way
	counted    int    // of those, how many Idle waits for
	generation uint64 // in which the first of these began
	// tiring: a caller of Idle has waited in vain for it to come to rest, and none waits
	// again before it has.
	tiring bool
}

// generations count the groups under way by the time in which they began, so that waiting
// for what is under way does not mean waiting for what begins meanwhile. They cost a count,
// however many calls there are.
type generations struct {
	now   uint64
	open  map[uint64]int // groups under way, by generation
	ended chan struct{}  // closed when a generation has no more; nil if none waits
}

func (g *generations) begin(of *Group) {
	of.counted++
	if of.counted > 1 {
		return
	}
	if g.open == nil {
		g.open = map[uint64]int{}
	}
	of.generation = g.now
	g.open[of.generation]++
}

func (g *generations) end(of *Group) {
	of.counted--
	if of.counted > 0 {
		return
	}
	if g.open[of.generation]--; g.open[of.generation] > 0 {
		return
	}
	delete(g.open, of.generation)
	if g.ended != nil {
		close(g.ended)
		g.ended = nil
	}
}

// underWay reports whether a group is under way that began up to a generation.
func (g *generations) underWay(last uint64) bool {
	for generation := range g.open {
		if generation <= last {
			return true
		}
	}
	return false
}

// next is closed when the next generation has ended.
func (g *generations) next() <-chan struct{} {
	if g.ended == nil {
		g.ended = make(chan struct{})
	}
	return g.ended
}
