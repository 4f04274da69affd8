package scheduler

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// service is EventBridge Scheduler as the trust policies of roles call it.
const service = "scheduler.amazonaws.com"

// check refuses what a request says by itself (EVS0005). In which order AWS looks has not been seen.
func (a *API) check(s *eventbridgescheduler.Schedule) error {
	if _, err := scheduleexpression.Parse(s.Expression, scheduleexpression.Scheduler); err != nil {
		return invalid("Invalid Schedule Expression %s.", s.Expression)
	}
	if _, err := scheduleexpression.LoadZone(s.Zone); err != nil {
		return invalid("Invalid timezone %s.", s.Zone)
	}
	switch flexible, sized := s.Window.Mode == types.FlexibleTimeWindowModeFlexible, s.Window.MaximumWindowInMinutes != nil; {
	case flexible && !sized:
		return invalid("MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.")
	case !flexible && sized:
		return invalid("MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.")
	}
	if s.Start != nil && s.End != nil && !s.Start.Before(*s.End) {
		return invalid("The StartDate you specify must come before the EndDate.")
	}
	if err := checkTarget(s); err != nil {
		return err
	}
	if err := a.Way(*s.Target.Arn); err != nil {
		return noWay(err)
	}
	return nil
}

// startMayBePast is how old the start of a schedule may be. Source: field reports.
const startMayBePast = 5 * time.Minute

// checkStart refuses a start that is over when a schedule gets it; one that it has had already may be. A one-time schedule
// has no use for it. Source: field reports, for the text; EventBridge Scheduler API reference, StartDate.
func checkStart(s, was *eventbridgescheduler.Schedule) error {
	e, err := scheduleexpression.Parse(s.Expression, scheduleexpression.Scheduler)
	if err != nil || e.OneTime() || s.Start == nil || was != nil && was.Start != nil && was.Start.Equal(*s.Start) {
		return err
	}
	if s.Start.Before(s.ModifiedAt.Add(-startMayBePast)) {
		return invalid("The StartDate you specify cannot be earlier than 5 minutes ago.")
	}
	return nil
}

// checkPlace refuses a schedule whose group is not there, or whose role EventBridge Scheduler could not assume, unless all
// roles are taken: conditions of its trust policy see the ARN of the group. Source: EventBridge Scheduler user guide,
// confused deputy; field reports for the text, on which tools look for it to try again.
func (a *API) checkPlace(tx *store.Tx, s *eventbridgescheduler.Schedule) error {
	g, err := a.group(tx, s.Scope, &s.Group)
	if err != nil {
		return err
	}
	if !g.GoneAt.IsZero() { // the text is the emulator's
		return conflict("Schedule group %s is being deleted.", g.Name)
	}
	if !a.StrictRoles {
		return nil
	}
	role := iam.RoleByARN(tx, iam.AccountOf(s.Scope), aws.ToString(s.Target.RoleArn))
	if role == nil || !role.Trusts(iam.Asking{Service: service, Source: g.ARN(), Account: s.Scope.Account}) {
		return invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")
	}
	return nil
}
