// Package launch checks what RunTask, StartTask and services say alike about how tasks run:
// capacity, network, placement, volumes, and of services and task sets target groups and registries.
package launch

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Rules are what the emulator allows of how tasks run.
type Rules struct {
	// DefaultLaunchType is used where a request names neither launch type nor strategy and
	// the cluster has no default strategy. Empty is EC2, as on AWS.
	DefaultLaunchType types.LaunchType
	// StrictVPC refuses subnets and security groups that do not exist; otherwise
	// those with well-formed ids are made up.
	StrictVPC bool
	// HostPaths are the paths of the container engine's host that tasks may mount.
	HostPaths taskdef.HostPaths
	// FileSystems are folders of that host which tasks have as file systems.
	FileSystems []string
	// AllowPrivileged runs privileged containers, and those with capabilities that reach the
	// engine's host, on container instances.
	AllowPrivileged bool
}

// Spec is what RunTask and services say alike about how tasks run.
type Spec struct {
	Capacity             Capacity
	Network              *types.NetworkConfiguration
	PlatformVersion      string
	PlacementStrategy    []types.PlacementStrategy
	PlacementConstraints []types.PlacementConstraint
	Volumes              []types.TaskVolumeConfiguration
	Monitoring           *types.MonitoringConfiguration // of services alone
}

// Check holds a launch against the task definition.
// Source: field reports of RunTask and CreateService.
func Check(def *types.TaskDefinition, l Spec) error {
	launchType := l.Capacity.LaunchType
	if !taskdef.Supports(def, launchType) {
		return kit.InvalidParameter("Task definition does not support launch_type " + string(launchType) + ".")
	}
	if err := CheckNetwork(def, l.Network); err != nil {
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
		return kit.InvalidParameter("The platform version must be null when specifying an " + string(launchType) + " launch type.")
	case l.Network != nil && l.Network.AwsvpcConfiguration.AssignPublicIp == types.AssignPublicIpEnabled:
		return kit.InvalidParameter("Assign public IP is not supported for this launch type.")
	}
	return CheckAllConstraints(def, l.PlacementConstraints)
}

// Platform versions that can still be run.
// Source: ECS developer guide, Fargate platform versions.
var (
	linuxVersions   = []string{"", "LATEST", "1.4.0", "1.3.0"}
	windowsVersions = []string{"", "LATEST", "1.0.0"}
)

func checkFargateLaunch(def *types.TaskDefinition, l Spec) error {
	versions := linuxVersions
	if taskdef.IsWindows(def) {
		versions = windowsVersions
	}
	switch {
	case len(l.PlacementConstraints) > 0:
		return kit.InvalidParameter("Placement constraints are not supported with FARGATE launch type.")
	case len(l.PlacementStrategy) > 0:
		return kit.InvalidParameter("Placement strategies are not supported with FARGATE launch type.")
	case !slices.Contains(versions, l.PlatformVersion):
		return &types.PlatformUnknownException{Message: aws.String("The platform version is unknown.")}
	}
	return nil
}

// CheckPlatform refuses a definition whose tasks need more than a platform version has. Of what 1.4.0 brought, field
// reports show it of EFS (ECS0307).
func CheckPlatform(def *types.TaskDefinition, version string) error {
	onEFS := func(v types.Volume) bool { return v.EfsVolumeConfiguration != nil }
	if version == "1.3.0" && slices.ContainsFunc(def.Volumes, onEFS) {
		return &types.PlatformTaskDefinitionIncompatibilityException{Message: aws.String("One or more of the requested capabilities are not supported.")}
	}
	return nil
}

// CheckSupported refuses what the emulator cannot do of a request, whose members refused
// are, and of a definition on a launch type; or what it may not. It comes after ECS's own
// refusals, of which some are for the same members in other words.
func (r *Rules) CheckSupported(refused []string, def *types.TaskDefinition, launchType types.LaunchType) error {
	if refused = append(refused, taskdef.Unsupported(def, launchType)...); len(refused) > 0 {
		return kit.Unsupported(refused...)
	}
	if why, denied := r.HostPaths.Denied(def, r.FileSystems...); denied {
		return kit.InvalidParameter(why)
	}
	if why, found := taskdef.HostRights(def); found && !r.AllowPrivileged {
		return kit.InvalidParameter(why)
	}
	return nil
}
