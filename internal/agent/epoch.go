package agent

// chain is work that goes on from flight to flight: what a task does from one call to
// the next. A flight that begins before the one before it ends belongs to its epoch.
type chain struct {
	flights int    // under way
	counted int    // of those, how many idle waits for
	epoch   uint64 // in which the first of these began
	// tiring: somebody has waited in vain for it to come to rest, and nobody waits
	// again before it has.
	tiring bool
}

// epochs count the chains under way by the time in which they began, so that waiting
// for what is under way does not mean waiting for what begins meanwhile. They cost
// nothing but a count however many flights there are.
type epochs struct {
	now   uint64
	owed  map[uint64]int // chains under way, by epoch
	ended chan struct{}  // closed when an epoch has no more; nil if nobody waits
}

func (e *epochs) begin(c *chain) {
	c.counted++
	if c.counted > 1 {
		return
	}
	if e.owed == nil {
		e.owed = map[uint64]int{}
	}
	c.epoch = e.now
	e.owed[c.epoch]++
}

func (e *epochs) end(c *chain) {
	c.counted--
	if c.counted > 0 {
		return
	}
	if e.owed[c.epoch]--; e.owed[c.epoch] > 0 {
		return
	}
	delete(e.owed, c.epoch)
	if e.ended != nil {
		close(e.ended)
		e.ended = nil
	}
}

// owe reports whether a chain is under way that began up to an epoch.
func (e *epochs) owe(last uint64) bool {
	for epoch := range e.owed {
		if epoch <= last {
			return true
		}
	}
	return false
}

// news is closed when an epoch has no chain any more.
func (e *epochs) news() <-chan struct{} {
	if e.ended == nil {
		e.ended = make(chan struct{})
	}
	return e.ended
}
