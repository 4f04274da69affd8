package servicescaling

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Repeats reports whether something new would come of the action of an alarm that stays in ALARM, with the newest data
// points of its metric, oldest first. It only reads. It is asked each minute for each policy whose alarm is in ALARM, so the
// other policies are looked at only if something would change but for them.
func (c *Controller) Repeats(tx *store.Tx, a *cloudwatch.Alarm, policyARN string, values []float64) bool {
	policy := applicationautoscaling.PolicyByARN(tx, a.Scope, policyARN)
	if policy == nil {
		return false
	}
	t := applicationautoscaling.FindTarget(tx, policy.Of)
	if t == nil || serviceOf(tx, t.Of()) == nil {
		return false
	}
	now := c.Clock.Now()
	s, signals := stateOf(tx, t, serviceOf(tx, t.Of()), now), []decision.Signal{signalWith(a, policy, string(a.State), values)}
	d := decision.Decide(s, signals, nil)
	if d.Change != nil {
		d = decision.Decide(s, signals, c.peers(tx, t.Of(), now))
	}
	return d.Change != nil || d.NotScaled != nil && !repeats(applicationautoscaling.LastActivity(tx, t.Of()), d.NotScaled)
}
