// Package consolepages puts together the pages of the console that are about more than clusters, services and tasks.
package consolepages

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/definitions"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/events"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/instruments"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/repositories"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/scaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/stacks"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/traffic"
	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/timetable"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescaling"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
)

// Sources are what modules tell.
type Sources struct {
	// Check is how the emulator is started, as far as that decides what is refused.
	Check check.Options
	// Listeners are the load balancers that have a listener, and where they are reached.
	Listeners func() []loadbalancer.Reached
	// Scaling is what scales services; a reset makes another one.
	Scaling func() *servicescaling.Controller
	// Look is what an alarm looks at.
	Look scaling.Look
	// Scope is the account and region of an event; ok is false for events of the emulator itself.
	Scope func(e outbox.Event) (of arn.Scope, ok bool)
	// Counts are what rules and schedules have brought to their targets, by their ARNs.
	Counts      func() map[string]delivery.Counts
	Instruments instruments.Sources
}

// All are all of the pages, in the order of the list of pages.
func All(s Sources) []page.Page {
	checks := &checks{Options: s.Check}
	return slices.Concat(
		definitions.Pages(definitions.Sources{Check: checks.of}),
		traffic.Pages(traffic.Sources{LocalAddresses: s.localAddresses}),
		scaling.Pages(scaling.Sources{
			Report: func(tx *store.Tx, serviceARN string) *applicationautoscaling.TargetReport {
				return s.Scaling().ReportOf(tx, serviceARN)
			},
			Look: s.Look,
		}),
		events.Pages(events.Sources{Scope: s.Scope, Counts: s.Counts, NextOfRule: timetable.NextOfRule, NextOfSchedule: timetable.NextOfSchedule}),
		repositories.Pages(),
		stacks.Pages(),
		instruments.Pages(s.Instruments),
	)
}

// localAddresses are the addresses of this machine at which listeners are reached, by the ARNs of these.
func (s Sources) localAddresses() map[string][]string {
	local := map[string][]string{}
	for _, b := range s.Listeners() {
		for _, l := range b.Listeners {
			local[l.ARN] = l.Local
		}
	}
	return local
}
