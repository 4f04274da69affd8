package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// Desired is what is wanted of a service now. The executor brings it about.
type Desired struct {
	Targets []Target // one for each generation, in their order
	Bounds
	// Apart: each generation has bounds of its own, since none replaces another.
	Apart bool
	// Final: the deployment is complete once all targets are reached. A strategy that waits
	// for something else as well says so until it has come.
	Final bool
	// OnEach: there is to be one task on each container instance, wherever there is room
	// for more.
	OnEach bool
}

// Bounds are between how many tasks a service, or a generation, has.
type Bounds struct {
	// Upper is the most tasks that may be present, Lower the fewest healthy ones to keep
	// while generations replace each other.
	Upper, Lower int
}

// Target is what is wanted of a generation.
type Target struct {
	*observe.Generation
	Wanted int // its desiredCount
	// Grows: what it lacks is started, and what fails its health checks is replaced.
	Grows bool
	Drain DrainPolicy
	// Idle: no traffic goes to its tasks, so they stand in for none that serve.
	Idle bool
	// Extra are tasks beyond Wanted that stay for now.
	Extra int
	Own   Bounds // where generations are Apart
}

// DrainPolicy is how a generation gives up tasks that are not wanted of it.
type DrainPolicy int

// Values of DrainPolicy.
const (
	// AtOnce: tasks beyond the wanted count are too many for the service.
	AtOnce DrainPolicy = iota
	// WhenReplaced: those that serve stay until others stand in for them, as Lower says.
	WhenReplaced
	// WhenSpare: those that serve stay until the service has more than it desires.
	WhenSpare
)

// Reached reports whether everything is as it is wanted.
func (in Desired) Reached() bool {
	return !slices.ContainsFunc(in.Targets, func(g Target) bool { return !g.Reached() })
}

// Reached reports whether a generation is as it is wanted. Tasks on their way to STOPPED
// count no more, unless they are of a generation that has been replaced: recorded answers
// have the steady state after a scale-in before the tasks are STOPPED.
func (g Target) Reached() bool {
	counts := g.Counts
	return g.Healthy == g.Wanted && counts.Active == g.Wanted && counts.Running == g.Wanted && counts.Pending == 0 &&
		(g.Drain != WhenReplaced || g.Wanted > 0 || counts.Left == 0)
}

// Missing is how many tasks a generation lacks; those that failed their health checks
// and those that have to leave do not count as there.
func (g Target) Missing() int { return g.Wanted - (g.Counts.Active - g.Unhealthy - g.Leaving) }
