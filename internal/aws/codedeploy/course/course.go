// Package course is the way of production traffic from one task set to another, as deployment configurations of AWS CodeDeploy
// have it (CD0013):
//
//	course.Of(configuration.Traffic) // ECSCanary10Percent5Minutes: 10 %, then 5 minutes, then 100 %
package course

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2/share"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// Course is how traffic goes over.
type Course struct {
	// Steps are how many percent the replacement task set has after each shift; the last is 100. The first shift is at once.
	Steps []float64
	// Wait is how long each step but the last is in effect.
	Wait time.Duration
}

// Of is the course of a traffic routing configuration: all at once if that says nothing else.
func Of(c types.TrafficRoutingConfig) Course {
	switch {
	case c.Type == types.TrafficRoutingTypeTimeBasedCanary && c.TimeBasedCanary != nil:
		return Course{share.Steps(float64(c.TimeBasedCanary.CanaryPercentage), 100), minutes(c.TimeBasedCanary.CanaryInterval)}
	case c.Type == types.TrafficRoutingTypeTimeBasedLinear && c.TimeBasedLinear != nil:
		each := float64(c.TimeBasedLinear.LinearPercentage)
		return Course{share.Steps(each, each), minutes(c.TimeBasedLinear.LinearInterval)}
	}
	return Course{Steps: []float64{100}}
}

// AtOnce reports whether all traffic goes over in one shift.
func (c Course) AtOnce() bool { return len(c.Steps) == 1 }

func minutes(n int32) time.Duration { return time.Duration(n) * time.Minute }
