package service

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Limits and defaults of lifecycle hooks. Source: ECS API reference, DeploymentLifecycleHook; ECS
// developer guide, lifecycle hooks, for how many there can be of each type.
const (
	maxLifecycleHooks  = 10
	defaultHookTimeout = 1440 // minutes
)

// lambdaFunction is the ARN of a function of Lambda, which may have a version or an alias.
var lambdaFunction = lazyregexp.New(`^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[^:]+(:[^:]+)?$`)

// withHookDefaults are hooks as services show them (ECS0260), hooks that pause by analogy; nil without any.
func withHookDefaults(hooks []types.DeploymentLifecycleHook) []types.DeploymentLifecycleHook {
	shown := append([]types.DeploymentLifecycleHook(nil), hooks...)
	for i := range shown {
		h := &shown[i]
		h.TargetType = cmp.Or(h.TargetType, types.DeploymentLifecycleHookTargetTypeAwsLambda)
		timeout := types.DeploymentLifecycleHookTimeoutConfiguration{}
		if h.TimeoutConfiguration != nil {
			timeout = *h.TimeoutConfiguration
		}
		timeout.TimeoutInMinutes = cmp.Or(timeout.TimeoutInMinutes, aws.Int32(defaultHookTimeout))
		timeout.Action = cmp.Or(timeout.Action, types.DeploymentLifecycleHookActionRollback)
		h.TimeoutConfiguration = &timeout
	}
	return shown
}

// checkLifecycleHooks takes hooks with their defaults.
//
// Source: ECS developer guide, troubleshooting of blue/green deployments, for the text on target types
// and that on stages. That a target, its role and a stage have to be there is documented; those
// words, and those of too many hooks, are not published.
func checkLifecycleHooks(hooks []types.DeploymentLifecycleHook) error {
	count := map[types.DeploymentLifecycleHookTargetType]int{}
	for i := range hooks {
		if err := checkLifecycleHook(&hooks[i]); err != nil {
			return err
		}
		count[hooks[i].TargetType]++
		if count[hooks[i].TargetType] > maxLifecycleHooks {
			return kit.InvalidParameter(fmt.Sprintf("%s lifecycle hooks can have at most %d items.", hooks[i].TargetType, maxLifecycleHooks))
		}
	}
	return nil
}

func checkLifecycleHook(h *types.DeploymentLifecycleHook) error {
	switch {
	case !slices.Contains(h.TargetType.Values(), h.TargetType):
		return kit.InvalidParameter("Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE")
	case len(h.LifecycleStages) == 0:
		return kit.InvalidParameter("lifecycleStages can not be empty.")
	case h.TargetType == types.DeploymentLifecycleHookTargetTypePause:
		return checkPauseHook(h)
	case aws.ToString(h.HookTargetArn) == "":
		return kit.InvalidParameter("hookTargetArn is required for AWS_LAMBDA lifecycle hooks.")
	case !lambdaFunction.MatchString(*h.HookTargetArn):
		return kit.InvalidParameter("hookTargetArn has an invalid ARN format. Must be a Lambda function ARN. Got: " + *h.HookTargetArn)
	case aws.ToString(h.RoleArn) == "":
		return kit.InvalidParameter("roleArn is required for AWS_LAMBDA lifecycle hooks.")
	}
	return nil
}

// checkPauseHook takes one that waits before or after traffic is shifted, but not in between.
func checkPauseHook(h *types.DeploymentLifecycleHook) error {
	for _, stage := range h.LifecycleStages {
		if stage == types.DeploymentLifecycleHookStageTestTrafficShift || stage == types.DeploymentLifecycleHookStageProductionTrafficShift {
			return kit.InvalidParameter("Invalid lifecycle stage provided for Pause Hook")
		}
	}
	if aws.ToString(h.HookTargetArn) != "" {
		return kit.InvalidParameter("hookTargetArn is not valid for PAUSE lifecycle hooks.")
	}
	return nil
}
