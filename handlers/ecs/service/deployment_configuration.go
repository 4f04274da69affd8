package service

import (
	"cmp"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// deploymentConfiguration is how deployments are carried out.
type deploymentConfiguration struct{ unsaid }

// DeploymentTable says what becomes of its members.
var DeploymentTable = member.Of[types.DeploymentConfiguration]("Deployments: `deploymentConfiguration` of services",
	member.Act(
		"alarms.alarmNames", "alarms.enable", "alarms.rollback",
		"bakeTimeInMinutes", "canaryConfiguration.canaryBakeTimeInMinutes", "canaryConfiguration.canaryPercent",
		"deploymentCircuitBreaker.enable", "deploymentCircuitBreaker.resetOnHealthyTask", "deploymentCircuitBreaker.rollback",
		"deploymentCircuitBreaker.thresholdConfiguration.type", "deploymentCircuitBreaker.thresholdConfiguration.value",
	),
	member.Act(
		"earlySuccessCriteria.enable", "earlySuccessCriteria.healthyPercent", "earlySuccessCriteria.sourceServiceRevisionCleanup",
		"lifecycleHooks[].hookDetails",
	),
	member.ActInPart("lifecycleHooks[].hookTargetArn", "of Lambda: see `--hook` and `--lambda-endpoint`"),
	member.ActInPart("lifecycleHooks[].lifecycleStages", "hooks of a ROLLING service are stored and do not run: no document says at which stages of a rolling update AWS runs them"),
	member.Act(
		"lifecycleHooks[].roleArn", "lifecycleHooks[].targetType",
		"lifecycleHooks[].timeoutConfiguration.action", "lifecycleHooks[].timeoutConfiguration.timeoutInMinutes",
		"linearConfiguration.stepBakeTimeInMinutes", "linearConfiguration.stepPercent",
	),
	member.ActInPart("maximumPercent", percents), member.ActInPart("minimumHealthyPercent", percents),
	member.Act("strategy"),
)

// percents is what becomes of the bounds of a rolling update.
const percents = "of ROLLING services; strategies that shift traffic run both revisions at full count"

func (deploymentConfiguration) names(r Request) (named Named) {
	if c := r.DeploymentConfiguration; c != nil {
		for _, h := range c.LifecycleHooks {
			named.Resources = append(named.Resources, Resource{Role, aws.ToString(h.RoleArn)})
		}
	}
	return named
}

// checkController lets through the two percentages, and what says no more than the defaults of the ECS controller, as modules of
// Terraform send it. Source: services.md A.3; the words are not published.
func (deploymentConfiguration) checkController(r Request, _ types.DeploymentControllerType) error {
	c := r.DeploymentConfiguration
	if c == nil {
		return nil
	}
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"alarms", c.Alarms != nil && c.Alarms.Enable},
		{"bakeTimeInMinutes", aws.ToInt32(c.BakeTimeInMinutes) != 0},
		{"canaryConfiguration", c.CanaryConfiguration != nil},
		{"deploymentCircuitBreaker", c.DeploymentCircuitBreaker != nil && c.DeploymentCircuitBreaker.Enable},
		{"earlySuccessCriteria", c.EarlySuccessCriteria != nil},
		{"lifecycleHooks", len(c.LifecycleHooks) > 0},
		{"linearConfiguration", c.LinearConfiguration != nil},
		{"strategy", c.Strategy != "" && c.Strategy != types.DeploymentStrategyRolling},
	} {
		if err := onlyWithECS("deploymentConfiguration."+m.name, m.given); err != nil {
			return err
		}
	}
	return nil
}

// resolve puts what was asked for over what is there.
func (deploymentConfiguration) resolve(in *resolving) error {
	s := in.service
	if !s.Deploys() {
		s.DeploymentConfiguration = mergePercentages(s.DeploymentConfiguration, in.DeploymentConfiguration)
		return checkPercentages(s.DeploymentConfiguration)
	}
	s.DeploymentConfiguration = mergeDeploymentConfiguration(s.DeploymentConfiguration, in.DeploymentConfiguration)
	if err := checkDeploymentConfiguration(s.SchedulingStrategy, in.DeploymentConfiguration, s.DeploymentConfiguration); err != nil {
		return err
	}
	return checkStrategyTraffic(s.DeploymentConfiguration.Strategy, s.SchedulingStrategy, in.revision)
}

// defaultDeploymentConfiguration is what services show when nothing was said (ECS0080); without a controller of ECS's, the
// percentages alone (ECS0330).
func defaultDeploymentConfiguration(s *state.Service) *types.DeploymentConfiguration {
	maximum, minimumHealthy := bounds.Percentages(nil, s.SchedulingStrategy)
	c := &types.DeploymentConfiguration{
		MaximumPercent:        aws.Int32(int32(maximum)),
		MinimumHealthyPercent: aws.Int32(int32(minimumHealthy)),
	}
	if s.Deploys() {
		c.BakeTimeInMinutes = aws.Int32(0)
		c.DeploymentCircuitBreaker = &types.DeploymentCircuitBreaker{
			ResetOnHealthyTask:     aws.Bool(true),
			ThresholdConfiguration: &types.ThresholdConfiguration{Type: types.ThresholdTypeBoundedPercent, Value: 50},
		}
		c.Strategy = types.DeploymentStrategyRolling
	}
	return c
}

// mergePercentages puts the percentages that were asked for over what is there, which is not changed.
func mergePercentages(base, asked *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	merged := *base
	if asked != nil {
		merged.MaximumPercent = cmp.Or(asked.MaximumPercent, base.MaximumPercent)
		merged.MinimumHealthyPercent = cmp.Or(asked.MinimumHealthyPercent, base.MinimumHealthyPercent)
	}
	return &merged
}

// mergeDeploymentConfiguration puts what was asked for over what is there, member by
// member (ECS0084). base is not changed.
func mergeDeploymentConfiguration(base, asked *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	merged := *mergePercentages(base, asked)
	if asked == nil {
		return &merged
	}
	// That these three take the place of what is there as a whole is a choice: how AWS merges them is
	// not published.
	merged.Alarms = cmp.Or(asked.Alarms, base.Alarms)
	merged.EarlySuccessCriteria = cmp.Or(asked.EarlySuccessCriteria, base.EarlySuccessCriteria)
	if asked.LifecycleHooks != nil {
		merged.LifecycleHooks = withHookDefaults(asked.LifecycleHooks) // nil again of an empty list
	}
	mergeStrategy(&merged, asked)
	if asked.DeploymentCircuitBreaker != nil {
		merged.DeploymentCircuitBreaker = mergeCircuitBreaker(base.DeploymentCircuitBreaker, asked.DeploymentCircuitBreaker)
	}
	return &merged
}

// mergeCircuitBreaker turns the rollback off together with the circuit breaker (ECS0084).
func mergeCircuitBreaker(base, asked *types.DeploymentCircuitBreaker) *types.DeploymentCircuitBreaker {
	merged := *asked
	merged.Rollback = asked.Enable && asked.Rollback
	merged.ResetOnHealthyTask = cmp.Or(asked.ResetOnHealthyTask, base.ResetOnHealthyTask)
	merged.ThresholdConfiguration = cmp.Or(asked.ThresholdConfiguration, base.ThresholdConfiguration)
	return &merged
}

// checkDeploymentConfiguration refuses numbers that ECS refuses, and what does not go together. merged
// is what would hold; asked may be nil.
//
// The words are of ECS0081, ECS0085 and ECS0321; the words about a minimum below 0 are not published. That
// a service which has 100 for both keeps it until one of them is asked for is a choice.
func checkDeploymentConfiguration(scheduling types.SchedulingStrategy, asked, merged *types.DeploymentConfiguration) error {
	if err := checkPercentages(merged); err != nil {
		return err
	}
	maximum, minimum := *merged.MaximumPercent, *merged.MinimumHealthyPercent
	percentages := asked != nil && (asked.MaximumPercent != nil || asked.MinimumHealthyPercent != nil)
	rolling := merged.Strategy == types.DeploymentStrategyRolling
	if maximum == 100 && minimum == 100 && scheduling == types.SchedulingStrategyReplica && rolling && percentages {
		return kit.InvalidParameter("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
	}
	if err := checkThreshold(merged.DeploymentCircuitBreaker.ThresholdConfiguration); err != nil {
		return err
	}
	if err := checkStrategy(asked, merged); err != nil {
		return err
	}
	return checkLifecycleHooks(merged.LifecycleHooks)
}

// checkPercentages refuses numbers that no number of tasks is between.
func checkPercentages(c *types.DeploymentConfiguration) error {
	switch maximum, minimum := *c.MaximumPercent, *c.MinimumHealthyPercent; {
	case minimum > 100:
		return kit.InvalidParameter("minimumHealthyPercent must be at most 100")
	case minimum < 0:
		return kit.InvalidParameter("minimumHealthyPercent must be at least 0")
	case maximum < 100:
		return kit.InvalidParameter("maximumPercent must be at least 100")
	}
	return nil
}

// checkThreshold takes percentages up to 100. Source: ECS0084 and ECS0085; that this holds
// for UNBOUNDED_PERCENT as for BOUNDED_PERCENT is not published.
func checkThreshold(threshold *types.ThresholdConfiguration) error {
	most := int32(100)
	switch {
	case threshold == nil:
		return nil
	case threshold.Type == types.ThresholdTypeCount:
		most = math.MaxInt32
	case !slices.Contains(threshold.Type.Values(), threshold.Type):
		return kit.InvalidParameter("Invalid deployment circuit breaker threshold type.")
	}
	if threshold.Value < 1 || threshold.Value > most {
		return kit.InvalidParameter("Invalid deployment circuit breaker threshold value.")
	}
	return nil
}
