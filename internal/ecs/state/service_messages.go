package state

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var serviceEvents = store.NewTable("service-events", func(e *ServiceEvents) string { return e.ServiceARN })

// ServiceEvents are the last messages about a service, newest first; the
// scheduler writes them.
type ServiceEvents struct {
	ServiceARN string
	Events     []types.ServiceEvent
}

// maxServiceEvents is how many events a service shows. Source: DescribeServices.
const maxServiceEvents = 100

// FindServiceEvents returns a service's events, newest first.
func FindServiceEvents(tx *store.Tx, arn string) []types.ServiceEvent {
	if e := serviceEvents.Get(tx, arn); e != nil {
		return e.Events
	}
	return nil
}

// AddServiceEvents writes events, given oldest first, and drops the oldest.
func AddServiceEvents(tx *store.Tx, arn string, events ...types.ServiceEvent) {
	newest := slices.Clone(events)
	slices.Reverse(newest)
	all := append(newest, FindServiceEvents(tx, arn)...)
	serviceEvents.Put(tx, &ServiceEvents{ServiceARN: arn, Events: all[:min(len(all), maxServiceEvents)]})
}
