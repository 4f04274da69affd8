package shift

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2/share"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Course is the way of a deployment, as its configuration says.
type Course struct {
	// Steps are how many percent of production traffic green has after each shift; the last is 100.
	Steps []float64
	// StepBake is how long a step is watched before the next one, Bake how long the last one is before
	// blue goes.
	StepBake, Bake time.Duration
	Hooks          []types.DeploymentLifecycleHook
}

// Shifts reports whether a deployment configuration has a strategy that shifts traffic.
func Shifts(c *types.DeploymentConfiguration) bool {
	if c == nil {
		return false
	}
	switch c.Strategy {
	case types.DeploymentStrategyBlueGreen, types.DeploymentStrategyCanary, types.DeploymentStrategyLinear:
		return true
	default:
		return false
	}
}

// Values of members that are left out. Source: ECS API reference, CanaryConfiguration and
// LinearConfiguration.
const (
	canaryPercent, canaryBake = 5.0, 10
	linearPercent, linearBake = 10.0, 6
)

// NewCourse of a deployment. The first one of a service has nothing to share traffic with, so
// all of it shifts at once.
//
//	BLUE_GREEN:          100
//	CANARY of 5 %:       5, 100
//	LINEAR of 30 %:      30, 60, 90, 100
func NewCourse(c *types.DeploymentConfiguration, first bool) Course {
	made := Course{Steps: []float64{100}, Bake: minutes(c.BakeTimeInMinutes, 0), Hooks: c.LifecycleHooks}
	switch {
	case first:
	case c.Strategy == types.DeploymentStrategyCanary:
		canary := types.CanaryConfiguration{}
		if c.CanaryConfiguration != nil {
			canary = *c.CanaryConfiguration
		}
		made.Steps = share.Steps(percent(canary.CanaryPercent, canaryPercent), 100)
		made.StepBake = minutes(canary.CanaryBakeTimeInMinutes, canaryBake)
	case c.Strategy == types.DeploymentStrategyLinear:
		linear := types.LinearConfiguration{}
		if c.LinearConfiguration != nil {
			linear = *c.LinearConfiguration
		}
		each := percent(linear.StepPercent, linearPercent)
		made.Steps = share.Steps(each, each)
		made.StepBake = minutes(linear.StepBakeTimeInMinutes, linearBake)
	}
	return made
}

// tenths of a percentage, 1 to 1000.
func tenths(percent float64) int32 { return share.Part(percent, 1000) }

func percent(given *float64, otherwise float64) float64 {
	if given == nil {
		return otherwise
	}
	return *given
}

func minutes(given *int32, otherwise int32) time.Duration {
	if given == nil {
		given = aws.Int32(otherwise)
	}
	return time.Duration(*given) * time.Minute
}
