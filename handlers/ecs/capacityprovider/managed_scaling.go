package capacityprovider

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
)

// Bounds and defaults of managed scaling. Source: ECS API reference, ManagedScaling; that the greatest
// step is 10,000 without a word is its text, too.
const (
	defaultTarget = 100 // percent
	minStep       = 1
	maxStep       = 10_000
	defaultWarmup = 300 // seconds
	maxWarmup     = 10_000
)

// scalingOf is the managed scaling of a provider: what was there, with what is asked for, and with
// defaults. Naming any of it without a status enables it. Source: field reports of Terraform users, whose
// empty block enables it.
func scalingOf(old types.ManagedScaling, asked *types.ManagedScaling) types.ManagedScaling {
	if asked == nil {
		asked = &types.ManagedScaling{Status: old.Status}
	}
	return types.ManagedScaling{
		Status:                 cmp.Or(asked.Status, types.ManagedScalingStatusEnabled),
		TargetCapacity:         cmp.Or(asked.TargetCapacity, old.TargetCapacity, aws.Int32(defaultTarget)),
		MinimumScalingStepSize: cmp.Or(asked.MinimumScalingStepSize, old.MinimumScalingStepSize, aws.Int32(minStep)),
		MaximumScalingStepSize: cmp.Or(asked.MaximumScalingStepSize, old.MaximumScalingStepSize, aws.Int32(maxStep)),
		InstanceWarmupPeriod:   cmp.Or(asked.InstanceWarmupPeriod, old.InstanceWarmupPeriod, aws.Int32(defaultWarmup)),
	}
}

// Source: field reports for the first text, badmintoncryer/cdk-preflight for the last; the second is remembered.
var (
	errGroupUnprotected = kit.ClientError("The managed termination protection setting for the capacity provider is invalid. To enable managed " +
		"termination protection for a capacity provider, the Auto Scaling group must have instance protection from scale in enabled.")
	errScalingDisabled = kit.ClientError("The managed termination protection setting for the capacity provider is invalid. To enable managed " +
		"termination protection for a capacity provider, enable managed scaling for the capacity provider.")
	errSteps = kit.ClientError("The minimum or maximum scaling step size value is invalid. Specify a minimum scaling step size value " +
		"that is less than or equal to the maximum scaling step size value and try again.")
)

// checkSettings refuses settings that a capacity provider of a group cannot have.
func checkSettings(p *capacityprovider.Provider, g *autoscaling.Group) error {
	scaling := p.ManagedScaling
	for _, bound := range []struct {
		name        string
		value       *int32
		least, most int32
	}{
		{"targetCapacity", scaling.TargetCapacity, 1, 100},
		{"minimumScalingStepSize", scaling.MinimumScalingStepSize, minStep, maxStep},
		{"maximumScalingStepSize", scaling.MaximumScalingStepSize, minStep, maxStep},
		{"instanceWarmupPeriod", scaling.InstanceWarmupPeriod, 0, maxWarmup},
	} {
		if n := aws.ToInt32(bound.value); n < bound.least || n > bound.most {
			return kit.InvalidParameter(fmt.Sprintf("%s should be between %d and %d", bound.name, bound.least, bound.most)) // the words are the emulator's
		}
	}
	switch {
	case *scaling.MinimumScalingStepSize > *scaling.MaximumScalingStepSize:
		return errSteps
	case p.Protects() && !p.Scales():
		return errScalingDisabled
	case p.Protects() && (g == nil || !g.Protected):
		return errGroupUnprotected
	}
	return nil
}
