package servicescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// overlooks: a request has made a deployment or changed what is desired, and the scheduler
// has not looked yet. It looks when the time of the first request has come, so that one
// that is repeated faster does not keep it away.
func (p *planner) overlooks() bool {
	d, delays := p.Primary.Deployment, p.Delays
	wanted := p.DesiredCount()
	switch r := p.Record(d); {
	case r != nil && r.StartedAt.IsZero():
		first := d.CreatedAt
		for _, older := range p.Records {
			if older.StartedAt.IsZero() && older.CreatedAt.Before(first) {
				first = older.CreatedAt
			}
		}
		return p.Plan.Early(first, delays.PickUp)
	case wanted == d.DesiredCount || p.Primary.Failed():
		return false
	case wanted < d.DesiredCount:
		return p.Plan.Early(d.UpdatedAt, delays.PickUpLess)
	default:
		return p.Plan.Early(d.UpdatedAt, delays.PickUp)
	}
}

// settling: the PRIMARY deployment has what is wanted, but not for long enough.
func (p *planner) settling() bool {
	d, delays := p.Primary.Deployment, p.Delays
	if d.DesiredCount == 0 && d.RolloutState == types.DeploymentRolloutStateInProgress {
		return p.Plan.Early(d.CreatedAt, delays.Empty)
	}
	if delays.Steady == 0 || p.Primary.Counts.Left == p.Primary.Counts.Active {
		return false
	}
	var last time.Time
	for _, t := range p.Input.Tasks(d.ID) {
		if p.Stopping[t.ARN] {
			last = p.Now
		} else if t.Stop != nil && t.Stop.At.After(last) {
			last = t.Stop.At
		}
	}
	return p.Plan.Early(last, delays.Steady)
}
