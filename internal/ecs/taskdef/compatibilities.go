package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// compatibilities lists where tasks of a definition can run, in the order in which
// ECS answers them.
//
// External instances have neither task ENIs, App Mesh proxies, EBS volumes nor fault
// injection; managed instances run awsvpc and host tasks on Linux.
// Source: field reports of RegisterTaskDefinition answers, the ECS agent.
func compatibilities(def *types.TaskDefinition, fargate bool) []types.Compatibility {
	list := make([]types.Compatibility, 0, 4)
	if runsExternal(def) {
		list = append(list, types.CompatibilityExternal)
	}
	list = append(list, types.CompatibilityEc2)
	if sharesHostPorts(def.NetworkMode) && !IsWindows(def) {
		list = append(list, types.CompatibilityManagedInstances)
	}
	if fargate {
		list = append(list, types.CompatibilityFargate)
	}
	return list
}

func runsExternal(def *types.TaskDefinition) bool {
	if def.NetworkMode == types.NetworkModeAwsvpc || def.ProxyConfiguration != nil || isTrue(def.EnableFaultInjection) {
		return false
	}
	for i := range def.Volumes {
		if isTrue(def.Volumes[i].ConfiguredAtLaunch) {
			return false
		}
	}
	return true
}

// checkRequiresCompatibilities: what the request requires must be among what was
// found. For Fargate the reason is the broken rule; for the others the words are
// RunTask's, by analogy.
func checkRequiresCompatibilities(def *types.TaskDefinition, fargateErr error) error {
	for _, c := range def.RequiresCompatibilities {
		if !slices.Contains(c.Values(), c) {
			return refuse("requiresCompatibilities should be one of [%s]", joinValues(c.Values()))
		}
		if slices.Contains(def.Compatibilities, c) {
			continue
		}
		if c == types.CompatibilityFargate {
			return fargateErr
		}
		return refuse("Task definition does not support launch_type %s.", c)
	}
	return nil
}

// Supports tells whether tasks of a registered definition can have the launch type.
// Callers refuse others with "Task definition does not support launch_type X.".
func Supports(def *types.TaskDefinition, launchType types.LaunchType) bool {
	return slices.Contains(def.Compatibilities, types.Compatibility(launchType))
}
