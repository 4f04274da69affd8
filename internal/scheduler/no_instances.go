package scheduler

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/placement"
)

// warnOfNoInstances says in the log, as often as an event of the service says that there is
// no container instance, how there come to be some.
func (c *Controller) warnOfNoInstances(service string, verbs []Verb) {
	if slices.ContainsFunc(verbs, func(v Verb) bool {
		event, ok := v.(AddEvent)
		return ok && strings.Contains(event.Message, placement.NoContainerInstances)
	}) {
		c.Log.Warn(placement.WaysToInstances, "service", service)
	}
}
