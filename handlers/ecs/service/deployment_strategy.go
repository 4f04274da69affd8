package service

import (
	"cmp"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service/connect"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What the strategies that shift traffic do where nothing is said, and how far it can go. A step of
// traffic is a multiple of 0.1 %.
//
// Source: ECS API reference, CanaryConfiguration, LinearConfiguration, DeploymentConfiguration.
const (
	defaultCanaryPercent  = 5.0
	defaultCanaryBakeTime = 10 // minutes
	defaultStepPercent    = 10.0
	defaultStepBakeTime   = 6 // minutes
	leastCanaryPercent    = 0.1
	leastStepPercent      = 3.0
	maxBakeTime           = 1440 // minutes
)

// mergeStrategy puts the strategy that was asked for, and what belongs to it, over what is there
// (ECS0084). What belongs to another strategy than the one that holds now is dropped: a choice of the
// emulator, as AWS publishes no rule.
func mergeStrategy(merged, asked *types.DeploymentConfiguration) {
	merged.Strategy = cmp.Or(asked.Strategy, merged.Strategy)
	merged.BakeTimeInMinutes = cmp.Or(asked.BakeTimeInMinutes, merged.BakeTimeInMinutes)
	merged.CanaryConfiguration = mergeCanary(merged.Strategy, merged.CanaryConfiguration, asked.CanaryConfiguration)
	merged.LinearConfiguration = mergeLinear(merged.Strategy, merged.LinearConfiguration, asked.LinearConfiguration)
}

func mergeCanary(strategy types.DeploymentStrategy, base, asked *types.CanaryConfiguration) *types.CanaryConfiguration {
	if strategy != types.DeploymentStrategyCanary {
		return nil
	}
	merged := types.CanaryConfiguration{CanaryPercent: aws.Float64(defaultCanaryPercent), CanaryBakeTimeInMinutes: aws.Int32(defaultCanaryBakeTime)}
	for _, c := range []*types.CanaryConfiguration{base, asked} {
		if c != nil {
			merged.CanaryPercent = cmp.Or(c.CanaryPercent, merged.CanaryPercent)
			merged.CanaryBakeTimeInMinutes = cmp.Or(c.CanaryBakeTimeInMinutes, merged.CanaryBakeTimeInMinutes)
		}
	}
	return &merged
}

func mergeLinear(strategy types.DeploymentStrategy, base, asked *types.LinearConfiguration) *types.LinearConfiguration {
	if strategy != types.DeploymentStrategyLinear {
		return nil
	}
	merged := types.LinearConfiguration{StepPercent: aws.Float64(defaultStepPercent), StepBakeTimeInMinutes: aws.Int32(defaultStepBakeTime)}
	for _, c := range []*types.LinearConfiguration{base, asked} {
		if c != nil {
			merged.StepPercent = cmp.Or(c.StepPercent, merged.StepPercent)
			merged.StepBakeTimeInMinutes = cmp.Or(c.StepBakeTimeInMinutes, merged.StepBakeTimeInMinutes)
		}
	}
	return &merged
}

// checkStrategy holds a strategy against what goes with it. asked may be nil; merged is what would
// hold. That a canary or linear configuration needs its strategy is documented, as are the ranges; the
// words are not published.
func checkStrategy(asked, merged *types.DeploymentConfiguration) error {
	switch {
	case asked != nil && asked.CanaryConfiguration != nil && merged.Strategy != types.DeploymentStrategyCanary:
		return kit.InvalidParameter("canaryConfiguration is only valid with the CANARY deployment strategy.")
	case asked != nil && asked.LinearConfiguration != nil && merged.Strategy != types.DeploymentStrategyLinear:
		return kit.InvalidParameter("linearConfiguration is only valid with the LINEAR deployment strategy.")
	case !isBakeTime(merged.BakeTimeInMinutes):
		return kit.InvalidParameter("bakeTimeInMinutes should be between 0 and 1440")
	}
	if c := merged.CanaryConfiguration; c != nil {
		switch {
		case !isStep(*c.CanaryPercent, leastCanaryPercent):
			return kit.InvalidParameter("canaryPercent should be a multiple of 0.1 between 0.1 and 100.0")
		case !isBakeTime(c.CanaryBakeTimeInMinutes):
			return kit.InvalidParameter("canaryBakeTimeInMinutes should be between 0 and 1440")
		}
	}
	if l := merged.LinearConfiguration; l != nil {
		switch {
		case !isStep(*l.StepPercent, leastStepPercent):
			return kit.InvalidParameter("stepPercent should be a multiple of 0.1 between 3.0 and 100.0")
		case !isBakeTime(l.StepBakeTimeInMinutes):
			return kit.InvalidParameter("stepBakeTimeInMinutes should be between 0 and 1440")
		}
	}
	return checkEarlySuccess(merged)
}

func isBakeTime(minutes *int32) bool {
	return aws.ToInt32(minutes) >= 0 && aws.ToInt32(minutes) <= maxBakeTime
}

// isStep reports whether so much traffic can be shifted at once. 0.3 is no exact multiple of 0.1 in
// binary.
func isStep(percent, least float64) bool {
	tenths := percent * 10
	return percent >= least && percent <= 100 && math.Abs(tenths-math.Round(tenths)) < 1e-6
}

// checkEarlySuccess holds the criteria of an early success against the rest. Source: ECS API reference,
// DeploymentEarlySuccessCriteria; the words are not published.
func checkEarlySuccess(c *types.DeploymentConfiguration) error {
	early := c.EarlySuccessCriteria
	if early == nil {
		return nil
	}
	switch percent := early.HealthyPercent; {
	case percent != nil && (*percent < 0 || *percent > 100):
		return kit.InvalidParameter("healthyPercent should be between 0 and 100")
	case !early.Enable:
		return nil
	case c.Strategy != types.DeploymentStrategyRolling:
		return kit.InvalidParameter("earlySuccessCriteria is only valid with the ROLLING deployment strategy.")
	case percent == nil || early.SourceServiceRevisionCleanup == "":
		return kit.InvalidParameter("earlySuccessCriteria requires healthyPercent and sourceServiceRevisionCleanup when it is enabled.")
	case *percent < *c.MinimumHealthyPercent:
		return kit.InvalidParameter("healthyPercent must be greater than or equal to minimumHealthyPercent")
	}
	return nil
}

// checkStrategyTraffic holds a strategy that shifts traffic against what leads requests to the tasks. A
// BLUE_GREEN service can do without; that the other two cannot is an assumption: they have nothing to
// split. The first text is AWS's, of the ECS developer guide, troubleshooting of blue/green deployments.
// That DAEMON services are only rolled is an assumption; its words are made by analogy.
func checkStrategyTraffic(strategy types.DeploymentStrategy, scheduling types.SchedulingStrategy, r *state.ServiceRevision) error {
	if strategy == types.DeploymentStrategyRolling {
		return nil
	}
	if scheduling == types.SchedulingStrategyDaemon {
		return kit.InvalidParameter("The daemon scheduling strategy does not support the " + string(strategy) + " deployment strategy. " +
			"Change the deployment strategy to ROLLING, and try again")
	}
	for _, b := range r.LoadBalancers {
		if b.AdvancedConfiguration == nil {
			return kit.InvalidParameter("advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy")
		}
	}
	offers := connect.Enabled(r.ServiceConnectConfiguration) && len(r.ServiceConnectConfiguration.Services) > 0
	if len(r.LoadBalancers)+len(r.GatewayRoutes) == 0 && !offers && strategy != types.DeploymentStrategyBlueGreen {
		return kit.InvalidParameter("The " + string(strategy) + " deployment strategy requires a load balancer or Service Connect.")
	}
	return nil
}
