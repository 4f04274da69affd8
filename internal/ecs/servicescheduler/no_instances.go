package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// warnOfNoInstances says in the log, as often as an event of the service says that there is
// no container instance, how there come to be some.
func (c *Controller) warnOfNoInstances(service string, verbs []verb.Verb) {
	if slices.ContainsFunc(verbs, func(v verb.Verb) bool {
		added, _ := v.(verb.AddEvent)
		none, is := added.Event.(event.NoPlace)
		return is && none.Instance == ""
	}) {
		c.Log.Warn(placement.WaysToInstances, "service", service)
	}
}
