package taskcause

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// strayed is of a task that is on a container instance which is to have none of its service.
func (q *question) strayed() {
	c := state.FindContainerInstance(q.Tx, q.t.Placement.ContainerInstance)
	name, seen := "its container instance", []why.Evidence{q.reason()}
	if c != nil {
		name = phrase.Instance(c)
		seen = append(seen, noted(q.Now, "%s is %s", name, c.Status))
	}
	if c == nil || c.Status == state.InstanceInactive {
		q.say(why.PlacementConstraint, name+" is to have no task of "+q.service()+" any more: probably it was not ACTIVE, or did not satisfy what its tasks ask for", "", seen...)
		return
	}
	q.say(why.PlacementConstraint, fmt.Sprintf("%s no longer satisfied the placement constraints of %s, or what %s asks for", name, q.service(), q.revision()),
		"Give the container instance back what they ask for, or change the placement constraints.", seen...)
}
