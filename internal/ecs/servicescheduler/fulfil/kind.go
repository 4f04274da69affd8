package fulfil

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"

// Kind is what the executor has to know of what generations belong to: deployments, or task sets.
type Kind interface {
	// Names reports whether events of tasks that start and stop name the generation.
	Names() bool
	// Among is the id by which the event of connections that drain names a generation; empty: it does not.
	Among(g *observe.Generation) string
	// Attempted takes note of an attempt to place a task of a generation none of whose tasks has been RUNNING, while
	// nothing is on its way that makes room.
	Attempted(g *observe.Generation)
}
