package scheduler

// drainPolicy is how a generation gives up tasks that are not wanted of it.
type drainPolicy int

const (
	// atOnce: tasks beyond the wanted count are too many for the service.
	atOnce drainPolicy = iota
	// whenReplaced: those that serve stay until others stand in for them, as lower says.
	whenReplaced
	// whenSpare: those that serve stay until the service has more than it desires.
	whenSpare
)

// reached reports whether everything is as it is wanted. Tasks on their way to STOPPED
// count no more, unless they are of a generation that has been replaced: recorded answers
// have the steady state after a scale-in before the tasks are STOPPED.
func (in desired) reached() bool {
	for _, g := range in.targets {
		counts := g.counts
		if g.healthy != g.wanted || counts.Active != g.wanted || counts.Running != g.wanted || counts.Pending > 0 {
			return false
		}
		if g.drain == whenReplaced && g.wanted == 0 && counts.Left > 0 {
			return false
		}
	}
	return true
}

// missing is how many tasks a generation lacks; those that failed their health checks
// and those that have to leave do not count as there.
func (g target) missing() int { return g.wanted - (g.counts.Active - g.unhealthy - g.leaving) }
