package servicescaling

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/scheduleexpression"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// late is for how long after its time a recurring action is acted on, by the clock. A clock that is fast gives the machine
// some real time as well. What was due while the emulator was away has no effect.
const (
	late     = time.Minute
	lateReal = 10 * time.Second
)

// schedule acts on the scheduled actions of a target that are due, the one that has been due longest first, and tells
// when the next one is.
func (c *Controller) schedule(key string, t *applicationautoscaling.Target) (wakeAt time.Time, err error) {
	now := c.Clock.Now()
	oldest := now.Add(-max(late, time.Duration(c.Clock.Speed()*float64(lateReal))))
	var first *applicationautoscaling.ScheduledAction
	for _, a := range applicationautoscaling.ScheduledActions.List(c.Store.Read(), t.Of()) {
		if due, ok := nextDue(a, oldest); ok && (wakeAt.IsZero() || due.Before(wakeAt)) {
			first, wakeAt = a, due
		}
	}
	if first == nil || wakeAt.After(now) {
		return wakeAt, nil
	}
	return now, c.update(key, func(tx *store.Tx) { act(tx, first, wakeAt, now) })
}

// nextDue is when a scheduled action is due next. One that is due once is due however late, unless its time was over
// when it was made; a recurring one is due at its start as well. Source: API reference, PutScheduledAction.
func nextDue(a *applicationautoscaling.ScheduledAction, oldest time.Time) (due time.Time, ok bool) {
	e, err := scheduleexpression.Parse(a.Expression, scheduleexpression.Scheduler)
	if err != nil {
		return time.Time{}, false
	}
	if a.Zone != nil {
		zone, err := scheduleexpression.LoadZone(*a.Zone)
		if err != nil {
			return time.Time{}, false
		}
		e = e.In(zone)
	}
	if e.OneTime() {
		due, ok = e.Next(a.Anchor, a.Anchor)
		return due, ok && due.After(a.LastDue)
	}
	after, anchor := latest(latest(a.Anchor, a.LastDue), oldest), a.Anchor
	if a.Start != nil {
		anchor = *a.Start
		after = latest(after, anchor.Add(-1))
	}
	due, ok = e.Next(after, anchor)
	if a.Start != nil && after.Before(*a.Start) {
		due, ok = *a.Start, true
	}
	return due, ok && (a.End == nil || !due.After(*a.End))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// act gives the target of a scheduled action its bounds. One that is due while such actions are suspended has no effect,
// then and later (AAS0022.2).
func act(tx *store.Tx, a *applicationautoscaling.ScheduledAction, due, now time.Time) {
	t := applicationautoscaling.FindTarget(tx, a.Of)
	if t == nil || applicationautoscaling.ScheduledActions.Find(tx, a.Of, a.Name) != a {
		return
	}
	acted := *a
	acted.LastDue = due
	applicationautoscaling.ScheduledActions.Put(tx, &acted)
	if t.Suspended.Scheduled {
		return
	}
	bounds := describeBounds(a)
	done := &applicationautoscaling.Activity{
		Of: a.Of, ID: arn.NewUUID(), StartedAt: now, EndedAt: &now, Description: "Setting " + bounds, Cause: wasTriggered(a.Name),
		Status: successful, Message: message("Successfully set %s", bounds),
	}
	if changed := t.WithBounds(a.Min, a.Max, now); changed.Min <= changed.Max {
		applicationautoscaling.Targets.Put(tx, changed)
	} else { // AWS's words are not known
		done.Status = failed
		done.Message = message("Failed to set %s. Reason: Maximum capacity cannot be less than minimum capacity", bounds)
	}
	applicationautoscaling.AddActivity(tx, done)
}

// describeBounds names the bounds that a scheduled action sets. Source: recorded answers, for both of them.
func describeBounds(a *applicationautoscaling.ScheduledAction) string {
	switch {
	case a.Max == nil:
		return fmt.Sprintf("min capacity to %d", aws.ToInt32(a.Min))
	case a.Min == nil:
		return fmt.Sprintf("max capacity to %d", *a.Max)
	}
	return fmt.Sprintf("min capacity to %d and max capacity to %d", *a.Min, *a.Max)
}
