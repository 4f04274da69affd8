package placement

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Suits reports whether a task of the demand may be on a container instance on which nothing runs and which need not be there yet: by
// its attributes, its place and the constraints. Resources are not looked at.
func (d *Demand) Suits(c *state.ContainerInstance) bool {
	pl := &plan{demand: d, compiled: d.compile(), kind: kindFor(d.LaunchType)}
	n := newNode(c)
	n.usage = &state.InstanceUsage{}
	return pl.judge(&n) == fits && pl.groupsAllow(c, 0, noGroups{})
}

// Alone reports whether no two tasks of the demand may be on one container instance.
func (d *Demand) Alone() bool { return d.compile().distinct }

// noGroups are the groups of an instance without tasks.
type noGroups struct{}

var _ query.Groups = noGroups{}

func (noGroups) Has(string) bool { return false }

func (noGroups) Any(func(group string) bool) bool { return false }
