// Package scheduler has the rows of Amazon EventBridge Scheduler: schedules and their groups. The service
// scheduler of ECS is the package servicescheduler.
package scheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Schedules are the schedules of accounts and regions, by their group and name such as nightly/backup.
var Schedules = store.NewScoped("scheduler-schedule", schedulePrefix, (*Schedule).ARN)

// Schedule calls a target at its times. Handlers write it, but for LastDue.
type Schedule struct {
	Scope                 arn.Scope
	Group, Name           string
	ID                    string // a schedule that is made again is another one
	Description           *string
	Expression            string
	Zone                  string     // of the expression, such as Europe/Berlin
	Start, End            *time.Time // nil: none
	State                 types.ScheduleState
	ActionAfterCompletion types.ActionAfterCompletion
	Window                types.FlexibleTimeWindow
	KMSKeyARN             *string
	Target                types.Target
	CreatedAt, ModifiedAt time.Time

	// Anchor is what the times of a rate without Start count from.
	Anchor time.Time
	// LastDue is the newest due time that was acted on, or the zero time. The timetable writes it.
	LastDue time.Time
}

func (s *Schedule) ARN() string { return scheduleARN(s.Scope, s.Group, s.Name) }

func scheduleARN(s arn.Scope, group, name string) string { return schedulePrefix(s, group+"/"+name) }

func schedulePrefix(s arn.Scope, name string) string { return prefix(s) + "schedule/" + name }

// prefix is what the ARNs of a scope begin with.
func prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":scheduler:" + s.Region + ":" + s.Account + ":"
}

// FindSchedule returns a schedule of a group by its name, or nil.
func FindSchedule(tx *store.Tx, s arn.Scope, group, name string) *Schedule {
	return Schedules.Get(tx, scheduleARN(s, group, name))
}

// OnSchedules wakes a watch with the ARN of each schedule that is new, has changed or is gone, those that were due
// included.
func OnSchedules() store.Source { return store.OnKeys(Schedules.Table) }
