package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
)

// warnOfNoInstances says in the log, as often as an event of the service says that there is
// no container instance, how there come to be some.
func (c *Controller) warnOfNoInstances(service string, verbs []Verb) {
	if slices.ContainsFunc(verbs, func(v Verb) bool {
		added, _ := v.(AddEvent)
		none, is := added.Event.(event.NoPlace)
		return is && none.Instance == ""
	}) {
		c.Log.Warn(placement.WaysToInstances, "service", service)
	}
}
