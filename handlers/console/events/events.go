// Package events has the console's pages of what happens and when: the events of all services together, those that EventBridge gets,
// chosen by a pattern, and rules and schedules with their next times and the calls of their targets that wait.
package events

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Sources are what the pages ask for beside rows. All are required.
type Sources struct {
	// Scope is the account and region of an event; ok is false for events of the emulator itself.
	Scope func(e outbox.Event) (of arn.Scope, ok bool)
	// Counts are what rules and schedules have brought to their targets, by their ARNs.
	Counts func() map[string]delivery.Counts
	// NextOfRule and NextOfSchedule are when one is due next; ok is false if it is not due any more.
	NextOfRule     func(r *eventbridge.Rule, now time.Time) (due time.Time, ok bool)
	NextOfSchedule func(s *scheduler.Schedule, now time.Time) (due time.Time, ok bool)
}

// Pages are the pages of this package.
func Pages(s Sources) []page.Page {
	found := &searches{scope: s.Scope}
	return []page.Page{
		{Pattern: "/events", Nav: "Events", Read: found.read},
		{Pattern: "/events/{sequence}", Within: "/events", Read: readEvent},
		{Pattern: "/schedules", Nav: "Schedules and rules", Read: s.readSchedules},
	}
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
