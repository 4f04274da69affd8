package loadbalancer

import (
	"strings"
	"time"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// lookAtGroup forgets the targets of a group that have drained, and what was found about those of
// one that is on no load balancer; and has the load balancers looked at that it is on.
func (c *Controller) lookAtGroup(group string) (time.Time, error) {
	over, next := overOf(c.Store.Read(), group, c.Clock.Now())
	if len(over.drained)+len(over.unchecked) > 0 {
		err := c.Store.Update(func(tx *store.Tx) error {
			c.loop.Causes(tx, group)
			over, _ := overOf(tx, group, c.Clock.Now())
			for _, t := range over.drained {
				elbv2.ForgetTarget(tx, t)
			}
			for _, t := range over.unchecked {
				elbv2.ForgetHealth(tx, t)
			}
			return nil
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	for _, b := range elbv2.InUse(c.Store.Read(), group) {
		c.loop.Pass(group, b)
	}
	return next, nil
}

type over struct {
	drained   []*elbv2.Target
	unchecked []*elbv2.Target // whose health was read
}

// overOf tells what is over of a group, and when the next one of its targets will have drained.
func overOf(tx *store.Tx, group string, now time.Time) (is over, next time.Time) {
	g := elbv2.FindTargetGroup(tx, group)
	if g == nil {
		return is, next
	}
	used := len(elbv2.InUse(tx, group)) > 0
	for _, t := range elbv2.Targets(tx, group) {
		due := elbv2.DrainedAt(tx, g, t)
		switch {
		case elbv2.Drained(tx, g, t, now):
			is.drained = append(is.drained, t)
		case t.Draining() && !due.IsZero() && (next.IsZero() || due.Before(next)):
			next = due
		}
		if !used && elbv2.FindTargetHealth(tx, t) != nil {
			is.unchecked = append(is.unchecked, t)
		}
	}
	return is, next
}

// lookAtInstance has the target groups looked at that an instance is a target of.
func (c *Controller) lookAtInstance(instance string) {
	for _, t := range elbv2.TargetsCalled(c.Store.Read(), instance[strings.LastIndexByte(instance, ':')+1:]) {
		c.loop.Pass(instance, t.GroupARN)
	}
}
