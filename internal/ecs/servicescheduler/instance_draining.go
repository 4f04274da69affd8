package servicescheduler

// reasonDraining is the emulator's but for its end, which is from event rules in public
// use.
const reasonDraining = "Service task stopped because its container instance is in DRAINING state"

// stopPendingOnDraining stops tasks that are not RUNNING yet and whose container instance
// drains. Source: ECS API reference, UpdateContainerInstancesState.
func (p *planner) stopPendingOnDraining() {
	if len(p.draining) == 0 {
		return
	}
	for _, g := range p.all() {
		var chosen []stopCandidate
		for _, t := range p.tasks(g) {
			if t.leaving && t.condition == pending && len(chosen) < maxStops {
				chosen = append(chosen, t)
			}
		}
		p.stop(g, chosen, reasonDraining)
		for _, t := range p.tasks(g) {
			if t.serves() && t.leaving {
				g.leaving++
			}
		}
	}
}

// stopLeaving stops tasks that run on container instances that drain, as far as lower
// allows. Their replacements come first where upper has room (missing does not count the
// leaving ones as there).
//
//	D=2, 200/100, one leaves: start 1; when it is healthy, stop the one that leaves.
//	D=2, 100/50,  both leave: stop 1, start 1; when it is healthy, stop the other.
//	D=2, 100/100, one leaves: nothing can move.
//
// Source: ECS API reference, UpdateContainerInstancesState.
func (p *planner) stopLeaving(in desired, g target) {
	if g.leaving == 0 {
		return
	}
	spare := p.spare(in, g)
	var chosen []stopCandidate
	for _, t := range inStopOrder(p.tasks(g.generation)) {
		switch {
		case !t.leaving || !t.serves() || len(chosen) == maxStops:
		case t.condition == unused, t.condition == startingRunning && spare >= 0:
			chosen = append(chosen, t)
		case t.condition == healthy && spare > 0:
			chosen = append(chosen, t)
			spare--
		}
	}
	p.stop(g.generation, chosen, reasonDraining)
}
