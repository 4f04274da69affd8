// Package scaling is managed scaling of the capacity providers of Auto Scaling groups: each minute of the clock
// it measures CapacityProviderReservation, and sets the desired capacity of the group by target tracking.
//
//	plan := scaling.Decide(view) // touches nothing
//
// Source: ECS developer guide, cluster auto scaling, where nothing else is said.
package scaling

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// lowPoints is how many data points below the target make ECS scale in.
const lowPoints = 15

// fromNone is how many instances the first scale-out makes; steps and target say how many only from then on.
const fromNone = 2

// View is what a decision needs.
type View struct {
	Settings types.ManagedScaling
	Group    *autoscaling.Group
	Policy   *autoscaling.Policy // nil until it is attached
	// Instances are the instances of the group that are registered with the cluster, and do not leave.
	Instances []Instance
	// Types are those that the group launches.
	Types []Size
	// Waiting is what the tasks need that wait for the provider.
	Waiting []*state.Reservation
	Row     capacityprovider.ManagedScaling
	Now     time.Time
}

// Instance is a container instance of the capacity provider.
type Instance struct {
	Work     bool // it has tasks other than those of DAEMON services
	Draining bool
}

// Plan is what shall be done now.
type Plan struct {
	Point *capacityprovider.DataPoint // nil: no minute has ended
	// Desired is the new desired capacity of the group, for a cause; it stays without one.
	Desired int32
	Cause   string
	WakeAt  time.Time
}

// Decide says what shall be done. The minutes are those of the clock, and the first one is that which ends
// after the association.
func Decide(v View) (p Plan) {
	minute := v.Now.Truncate(time.Minute)
	p.WakeAt = minute.Add(time.Minute)
	if !minute.After(v.Row.MeasuredAt()) {
		return p
	}
	now := v.load()
	p.Point = &capacityprovider.DataPoint{At: minute, Value: now.reservation()}
	if v.Policy == nil || v.Group.Suspends("AlarmNotification") || v.Group.ForceDeleted {
		return p
	}
	switch {
	case p.Point.Value > float64(v.target()):
		v.scaleOut(&p, now)
	case v.low(v.Row.WithPoint(*p.Point)):
		v.scaleIn(&p, now)
	}
	return p
}

// load is what there is to do, and what there is for it.
type load struct {
	needed  int // M: instances that tasks need
	present int // N: instances
	idle    int // instances that drain and have nothing to do, while tasks wait for others
	tooBig  bool
}

func (v View) load() (l load) {
	for _, i := range v.Instances {
		switch {
		case i.Work:
			l.needed++
			l.present++
		case i.Draining && len(v.Waiting) > 0:
			l.idle++ // source: none; as one of the N it would keep the tasks waiting for ever
		default:
			l.present++
		}
	}
	more, leftOut := Estimate(v.Waiting, Smallest(v.Types))
	if more > 0 {
		l.needed += min(max(more, v.least()), v.most())
	}
	l.tooBig = leftOut > 0 && more == 0
	return l
}

// reservation is CapacityProviderReservation, in percent.
func (l load) reservation() float64 {
	switch {
	case l.tooBig, l.present == 0 && l.needed == 0:
		return 100
	case l.present == 0:
		return 200
	}
	return 100 * float64(l.needed) / float64(l.present)
}

// wanted is the number of instances of which the tasks need the target.
func (l load) wanted(target int) int {
	if l.present == 0 && l.needed > 0 {
		return l.idle + fromNone
	}
	return l.idle + (100*l.needed+target-1)/target
}

// scaleOut wants more instances, unless those of the last scale-out are still warming up.
func (v View) scaleOut(p *Plan, now load) {
	warm := v.Row.ScaledOutAt.Add(time.Duration(aws.ToInt32(v.Settings.InstanceWarmupPeriod)) * time.Second)
	if !v.Row.ScaledOutAt.IsZero() && v.Now.Before(warm) {
		return
	}
	desired := int(v.Group.Desired)
	step := now.wanted(v.target()) - desired
	if now.present > 0 && step > 0 {
		step = min(max(step, v.least()), v.most())
	}
	if n := min(desired+step, int(v.Group.Max)); n > desired {
		p.Desired, p.Cause = int32(n), v.cause(autoscaling.AlarmHigh)
	}
}

// low reports whether there have been enough data points below the target since the last scale-out.
func (v View) low(row capacityprovider.ManagedScaling) bool {
	if len(row.Points) < lowPoints {
		return false
	}
	for _, point := range row.Points[len(row.Points)-lowPoints:] {
		if point.Value >= float64(v.target()) || !point.At.After(row.ScaledOutAt) {
			return false
		}
	}
	return true
}

// scaleIn wants fewer instances: at least one, and less than half of the group.
func (v View) scaleIn(p *Plan, now load) {
	desired := int(v.Group.Desired)
	surplus := desired - max(now.wanted(v.target()), int(v.Group.Min))
	if surplus > 0 {
		p.Desired, p.Cause = int32(desired-min(surplus, max(1, (desired-1)/2))), v.cause(autoscaling.AlarmLow)
	}
}

// cause is the cause of a change of the desired capacity, in the words of activities. Source: field reports of activities.
func (v View) cause(level string) string {
	return fmt.Sprintf("a monitor alarm %s in state ALARM triggered policy %s", v.Policy.AlarmName(level), v.Policy.Name)
}

func (v View) target() int { return int(aws.ToInt32(v.Settings.TargetCapacity)) }
func (v View) least() int  { return int(aws.ToInt32(v.Settings.MinimumScalingStepSize)) }
func (v View) most() int   { return int(aws.ToInt32(v.Settings.MaximumScalingStepSize)) }
