package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// TimeOfReason is how reasons of composite alarms tell a time, in UTC. Source: recorded answers.
const TimeOfReason = "Monday 2 January, 2006 15:04:05 UTC"

// Follow gives a composite alarm another state. Where it has a suppressor, the actions wait: for the alarm to go into
// ALARM, or while it is there, or has just left it (CW0032).
func (c *Composite) Follow(to types.StateValue, reason, data string, at time.Time, suppressor *Standing) {
	c.State, c.Reason, c.Data, c.StateAt, c.ChangedAt = to, &reason, &data, at, at
	if to == types.StateValueAlarm {
		c.Alarmed++
	}
	switch {
	case suppressor == nil:
		c.Suppression = Suppression{}
	case c.SuppressedBy == types.ActionsSuppressedByAlarm || c.SuppressedBy == types.ActionsSuppressedByExtensionPeriod:
	case suppressor.State == types.StateValueAlarm:
		c.suppressBy(suppressor)
	default:
		c.suppressFor(types.ActionsSuppressedByWaitPeriod, c.WaitPeriod, at)
	}
}

// Heed has a composite alarm heed the state that its suppressor has now. A suppressor that goes into ALARM suppresses what
// still waits, and nothing that has been released (CW0032.4). It reports whether that changes anything.
func (c *Composite) Heed(suppressor *Standing, at time.Time) (changed bool) {
	in := suppressor != nil && suppressor.State == types.StateValueAlarm
	switch {
	case c.SuppressedBy == "":
		return false
	case suppressor == nil:
		c.Suppression = Suppression{}
	case in && c.SuppressedBy != types.ActionsSuppressedByAlarm:
		c.suppressBy(suppressor)
	case !in && c.SuppressedBy == types.ActionsSuppressedByAlarm:
		c.suppressFor(types.ActionsSuppressedByExtensionPeriod, c.ExtensionPeriod, at)
	default:
		return false
	}
	c.StateAt = at
	return true
}

// Release ends a wait or an extension whose time is over, and reports whether one has ended.
func (c *Composite) Release(now time.Time) (released bool) {
	if c.SuppressedUntil.IsZero() || c.SuppressedUntil.After(now) {
		return false
	}
	c.StateAt, c.Suppression = c.SuppressedUntil, Suppression{}
	return true
}

func (c *Composite) suppressBy(s *Standing) {
	c.Suppression = Suppression{
		SuppressedBy:     types.ActionsSuppressedByAlarm,
		SuppressedReason: "Actions suppressed by " + s.ARN + " that transitioned to ALARM at " + s.ChangedAt.UTC().Format(TimeOfReason),
	}
}

// suppressFor suppresses actions for a period, which may be none.
func (c *Composite) suppressFor(by types.ActionsSuppressedBy, seconds *int32, at time.Time) {
	c.Suppression = Suppression{}
	if seconds != nil && *seconds > 0 {
		c.Suppression = Suppression{by, "Actions suppressed by " + string(by), at.Add(time.Duration(*seconds) * time.Second)}
	}
}

// Reconsider has a composite alarm heed settings that have changed, and reports whether that changes what suppresses it: one
// whose suppressor is not in ALARM any more is released at once (CW0032.5).
func (c *Composite) Reconsider(suppressor *Standing, at time.Time) (changed bool) {
	if c.SuppressedBy == types.ActionsSuppressedByAlarm && (suppressor == nil || suppressor.State != types.StateValueAlarm) {
		c.Suppression, c.StateAt = Suppression{}, at
		return true
	}
	return c.Heed(suppressor, at)
}
