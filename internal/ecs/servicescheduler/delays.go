package servicescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// early reports whether a delay is not over that began at a time, and wakes when it is.
func (p *planner) early(since time.Time, delay time.Duration) bool {
	due := since.Add(delay)
	if delay == 0 || !p.now.Before(due) {
		return false
	}
	p.wake(due)
	return true
}

// overlooks: a request has made a deployment or changed what is desired, and the scheduler
// has not looked yet. It looks when the time of the first request has come, so that one
// that is repeated faster does not keep it away.
func (p *planner) overlooks() bool {
	d, delays := p.primary.deployment, p.in.Delays
	wanted := p.desiredCount()
	switch r := p.record(d); {
	case r != nil && r.StartedAt.IsZero():
		first := d.CreatedAt
		for _, older := range p.records {
			if older.StartedAt.IsZero() && older.CreatedAt.Before(first) {
				first = older.CreatedAt
			}
		}
		return p.early(first, delays.PickUp)
	case wanted == d.DesiredCount || failed(p.primary):
		return false
	case wanted < d.DesiredCount:
		return p.early(d.UpdatedAt, delays.PickUpLess)
	default:
		return p.early(d.UpdatedAt, delays.PickUp)
	}
}

// settling: the PRIMARY deployment has what is wanted, but not for long enough.
func (p *planner) settling() bool {
	d, delays := p.primary.deployment, p.in.Delays
	if d.DesiredCount == 0 && d.RolloutState == types.DeploymentRolloutStateInProgress {
		return p.early(d.CreatedAt, delays.Empty)
	}
	if delays.Steady == 0 || p.primary.counts.Left == p.primary.counts.Active {
		return false
	}
	var last time.Time
	for _, t := range p.in.Tasks(d.ID) {
		if p.stopping[t.ARN] {
			last = p.now
		} else if t.Stop != nil && t.Stop.At.After(last) {
			last = t.Stop.At
		}
	}
	return p.early(last, delays.Steady)
}
