package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// launch is what RunTask and services say alike about how tasks run.
type launch struct {
	Capacity             capacity
	Network              *types.NetworkConfiguration
	PlatformVersion      string
	PlacementStrategy    []types.PlacementStrategy
	PlacementConstraints []types.PlacementConstraint
	Volumes              []types.TaskVolumeConfiguration
	Monitoring           *types.MonitoringConfiguration // of services alone
}

// checkLaunch holds a launch against the task definition.
// Source: field reports of RunTask and CreateService.
func checkLaunch(def *types.TaskDefinition, l launch) error {
	launchType := l.Capacity.LaunchType
	if !taskdef.Supports(def, launchType) {
		return invalidParameter("Task definition does not support launch_type " + string(launchType) + ".")
	}
	if err := checkNetwork(def, l.Network); err != nil {
		return err
	}
	if err := checkVolumeConfigurations(def, launchType, l.Volumes); err != nil {
		return err
	}
	if launchType == types.LaunchTypeFargate {
		return checkFargateLaunch(def, l)
	}
	switch {
	case l.PlatformVersion != "":
		return invalidParameter("The platform version must be null when specifying an " + string(launchType) + " launch type.")
	case l.Network != nil && l.Network.AwsvpcConfiguration.AssignPublicIp == types.AssignPublicIpEnabled:
		return invalidParameter("Assign public IP is not supported for this launch type.")
	}
	return checkAllConstraints(def, l.PlacementConstraints)
}

// Platform versions that can still be run.
// Source: ECS developer guide, Fargate platform versions.
var (
	linuxVersions   = []string{"", "LATEST", "1.4.0", "1.3.0"}
	windowsVersions = []string{"", "LATEST", "1.0.0"}
)

func checkFargateLaunch(def *types.TaskDefinition, l launch) error {
	versions := linuxVersions
	if taskdef.IsWindows(def) {
		versions = windowsVersions
	}
	switch {
	case len(l.PlacementConstraints) > 0:
		return invalidParameter("Placement constraints are not supported with FARGATE launch type.")
	case len(l.PlacementStrategy) > 0:
		return invalidParameter("Placement strategies are not supported with FARGATE launch type.")
	case !slices.Contains(versions, l.PlatformVersion):
		return &types.PlatformUnknownException{Message: aws.String("The platform version is unknown.")}
	}
	return nil
}

// checkSupported refuses what the emulator cannot do of a request, whose members refused
// are, and of a definition on a launch type; or what it may not. It comes after ECS's own
// refusals, of which some are for the same members in other words.
func (a *API) checkSupported(refused []string, def *types.TaskDefinition, launchType types.LaunchType) error {
	if refused = append(refused, taskdef.Unsupported(def, launchType)...); len(refused) > 0 {
		return unsupported(refused...)
	}
	if why, denied := a.opts.HostPaths.Denied(def, a.opts.FileSystems...); denied {
		return invalidParameter(why)
	}
	if why, found := taskdef.HostRights(def); found && !a.opts.AllowPrivileged {
		return invalidParameter(why)
	}
	return nil
}
