package autoscaling

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SetDesired changes how many instances a group shall have, for a cause in the words of activities:
// "a user request explicitly set group desired capacity", or what a scaling policy says. The group
// controller launches or terminates instances, and its activities tell the cause. The error says that
// the number is not between the bounds of the group.
func SetDesired(tx *store.Tx, g *Group, n int32, cause string, at time.Time) error {
	if n < g.Min || n > g.Max {
		return fmt.Errorf("set the desired capacity of the Auto Scaling group %s: %d is not between %d and %d", g.Name, n, g.Min, g.Max)
	}
	if n == g.Desired {
		return nil
	}
	changed := *g
	changed.Desire(n, cause, at)
	PutGroup(tx, &changed)
	return nil
}

// Desire sets what is desired of a copy of a group, and the cause of that; see SetDesired.
func (g *Group) Desire(n int32, cause string, at time.Time) {
	g.Change = NewChange(cause, g.Desired, n, at)
	g.Desired = n
}

// NewChange is a change of what is desired, for a cause.
func NewChange(cause string, from, to int32, at time.Time) *Change {
	return &Change{At: at, Text: fmt.Sprintf("%s changing the desired capacity from %d to %d", cause, from, to)}
}
