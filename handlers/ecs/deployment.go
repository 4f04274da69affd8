package ecs

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// newDeployment is a deployment that the scheduler has not seen yet: no task is
// wanted of it so far. Source: recorded answers of UpdateService.
func newDeployment(revision *state.ServiceRevision, now time.Time) *state.Deployment {
	id := arn.NewDeploymentID()
	return &state.Deployment{
		ID: id, Revision: revision, CreatedAt: now, UpdatedAt: now,
		RolloutState:       types.DeploymentRolloutStateInProgress,
		RolloutStateReason: fmt.Sprintf("ECS deployment %s in progress.", id),
	}
}

// Percentages of a deployment of the REPLICA strategy when nothing is said.
// Source: ECS API reference, DeploymentConfiguration.
const (
	defaultMaximumPercent        = 200
	defaultMinimumHealthyPercent = 100
)

// defaultDeploymentConfiguration is what services show when nothing was said.
// Source: recorded answers of UpdateService.
func defaultDeploymentConfiguration() *types.DeploymentConfiguration {
	return &types.DeploymentConfiguration{
		BakeTimeInMinutes:        aws.Int32(0),
		DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{},
		MaximumPercent:           aws.Int32(defaultMaximumPercent),
		MinimumHealthyPercent:    aws.Int32(defaultMinimumHealthyPercent),
		Strategy:                 types.DeploymentStrategyRolling,
	}
}

// mergeDeploymentConfiguration puts what was asked for over what is there; members
// that were left out stay. base is not changed.
func mergeDeploymentConfiguration(base, asked *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	merged := *base
	if asked == nil {
		return &merged
	}
	if asked.MaximumPercent != nil {
		merged.MaximumPercent = asked.MaximumPercent
	}
	if asked.MinimumHealthyPercent != nil {
		merged.MinimumHealthyPercent = asked.MinimumHealthyPercent
	}
	if asked.DeploymentCircuitBreaker != nil {
		breaker := *asked.DeploymentCircuitBreaker
		merged.DeploymentCircuitBreaker = &breaker
	}
	return &merged
}

// checkDeploymentConfiguration refuses numbers that ECS refuses, then what the
// emulator cannot do. merged is what would hold.
//
// Source: field reports for the minimum; the other words are not published.
func checkDeploymentConfiguration(asked, merged *types.DeploymentConfiguration) error {
	maximum, minimum := *merged.MaximumPercent, *merged.MinimumHealthyPercent
	switch {
	case minimum > 100:
		return invalidParameter("minimumHealthyPercent must be at most 100")
	case minimum < 0:
		return invalidParameter("minimumHealthyPercent must be at least 0")
	case maximum < 100:
		return invalidParameter("maximumPercent must be at least 100")
	}
	if breaker := merged.DeploymentCircuitBreaker; breaker.ThresholdConfiguration != nil && breaker.ThresholdConfiguration.Value < 1 {
		return invalidParameter("deploymentCircuitBreaker.thresholdConfiguration.value must be at least 1")
	}
	if asked == nil {
		return nil
	}
	return checkDeploymentFeatures(asked)
}

// checkDeploymentFeatures refuses what the emulator cannot do, and what goes with a
// strategy that was not asked for. The words of the latter are not published.
func checkDeploymentFeatures(asked *types.DeploymentConfiguration) error {
	alarms := asked.Alarms
	switch {
	case asked.Strategy != "" && asked.Strategy != types.DeploymentStrategyRolling:
		return unsupported("deploymentConfiguration.strategy " + string(asked.Strategy))
	case alarms != nil && (alarms.Enable || alarms.Rollback || len(alarms.AlarmNames) > 0):
		return unsupported("deploymentConfiguration.alarms")
	case len(asked.LifecycleHooks) > 0:
		return unsupported("deploymentConfiguration.lifecycleHooks")
	case aws.ToInt32(asked.BakeTimeInMinutes) != 0:
		return unsupported("deploymentConfiguration.bakeTimeInMinutes")
	case asked.EarlySuccessCriteria != nil && asked.EarlySuccessCriteria.Enable:
		return unsupported("deploymentConfiguration.earlySuccessCriteria")
	case asked.CanaryConfiguration != nil:
		return invalidParameter("canaryConfiguration is only valid with the CANARY deployment strategy.")
	case asked.LinearConfiguration != nil:
		return invalidParameter("linearConfiguration is only valid with the LINEAR deployment strategy.")
	}
	return nil
}
