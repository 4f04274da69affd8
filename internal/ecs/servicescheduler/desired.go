package servicescheduler

// desired is what a strategy wants. The executor brings it about: see carryOut.
type desired struct {
	targets []target // one for each generation, PRIMARY first
	// upper is the most tasks that may be present, lower the fewest healthy ones to keep
	// while generations replace each other.
	upper, lower int
	// apart: the bounds are those of each generation, since none replaces another.
	apart bool
	// final: the deployment is complete once all targets are reached. A strategy that waits
	// for something else as well says so until it has come.
	final bool
	// onEach: there is to be one task on each container instance, wherever there is room
	// for more.
	onEach bool
}

// target is what is wanted of a generation.
type target struct {
	*generation
	wanted int // its desiredCount
	// grows: what it lacks is started, and what fails its health checks is replaced.
	grows bool
	drain drainPolicy
	// idle: no traffic goes to its tasks, so they stand in for none that serve.
	idle bool
	// extra are tasks beyond wanted that stay for now.
	extra int
}

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
