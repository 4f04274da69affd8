package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// capacity is where tasks are to run.
type capacity struct {
	// LaunchType is that of the tasks: FARGATE for a strategy of Fargate providers.
	LaunchType types.LaunchType
	// Strategy is nil where a launch type was chosen.
	Strategy []types.CapacityProviderStrategyItem
}

// launchTypes that a request may name. Source: ECS API reference, RunTask.
var launchTypes = []types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeFargate, types.LaunchTypeExternal}

// chooseCapacity is ECS's order of choice: the strategy of the request, its launch
// type, the cluster's default strategy, EC2. The last is the emulator's to configure.
//
// Source: ECS API reference, RunTask; field reports for the messages.
func (a *API) chooseCapacity(cluster *state.Cluster, launchType types.LaunchType, strategy []types.CapacityProviderStrategyItem) (capacity, error) {
	switch {
	case len(strategy) > 0 && launchType != "":
		return capacity{}, invalidParameter("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	case len(strategy) > 0:
		return a.strategyCapacity(cluster, strategy)
	case launchType != "":
		if !slices.Contains(launchTypes, launchType) {
			return capacity{}, invalidParameter("launch type should be one of [EC2,FARGATE,EXTERNAL]")
		}
		return capacity{LaunchType: launchType}, nil
	case len(cluster.DefaultCapacityProviderStrategy) > 0:
		strategy := cluster.DefaultCapacityProviderStrategy
		if usableStrategy(strategy) != nil {
			return capacity{}, errDefaultStrategyWeights
		}
		return capacity{LaunchType: types.LaunchTypeFargate, Strategy: slices.Clone(strategy)}, nil
	case a.opts.DefaultLaunchType != "":
		return capacity{LaunchType: a.opts.DefaultLaunchType}, nil
	default:
		return capacity{LaunchType: types.LaunchTypeEc2}, nil
	}
}

func (a *API) strategyCapacity(cluster *state.Cluster, strategy []types.CapacityProviderStrategyItem) (capacity, error) {
	strategy, err := checkStrategy(strategy, cluster.CapacityProviders)
	if err != nil {
		return capacity{}, err
	}
	return capacity{LaunchType: types.LaunchTypeFargate, Strategy: strategy}, usableStrategy(strategy)
}

// Source: field reports.
var errDefaultStrategyWeights = invalidParameter("There are no capacity providers with a weight value greater than zero defined " +
	"in the default capacity provider strategy. At least one capacity provider must have a weight value greater than zero specified. " +
	"Update the cluster's default capacity provider strategy or specify a valid capacity provider strategy and try again.")

// launch is what RunTask and services say alike about how tasks run.
type launch struct {
	Capacity             capacity
	Network              *types.NetworkConfiguration
	PlatformVersion      string
	PlacementStrategy    []types.PlacementStrategy
	PlacementConstraints []types.PlacementConstraint
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
	if launchType == types.LaunchTypeFargate {
		return checkFargateLaunch(l)
	}
	switch {
	case l.PlatformVersion != "":
		return invalidParameter("The platform version must be null when specifying an " + string(launchType) + " launch type.")
	case l.Network != nil && l.Network.AwsvpcConfiguration.AssignPublicIp == types.AssignPublicIpEnabled:
		return invalidParameter("Assign public IP is not supported for this launch type.")
	}
	return nil
}

// platformVersions of Linux tasks that can still be run.
// Source: ECS developer guide, Fargate platform versions.
var platformVersions = []string{"", "LATEST", "1.4.0", "1.3.0"}

func checkFargateLaunch(l launch) error {
	switch {
	case len(l.PlacementConstraints) > 0:
		return invalidParameter("Placement constraints are not supported with FARGATE launch type.")
	case len(l.PlacementStrategy) > 0:
		return invalidParameter("Placement strategies are not supported with FARGATE launch type.")
	case !slices.Contains(platformVersions, l.PlatformVersion):
		return &types.PlatformUnknownException{Message: aws.String("The platform version is unknown.")}
	}
	return nil
}

// checkSupported refuses a definition that needs what the emulator cannot do. Tasks
// on container instances need not be looked at: as there are no instances, they are
// not run, for the reason that ECS gives.
func checkSupported(def *types.TaskDefinition, launchType types.LaunchType) error {
	if launchType != types.LaunchTypeFargate {
		return nil
	}
	if path, found := taskdef.Unsupported(def); found {
		return unsupported(path)
	}
	return nil
}

// checkActive refuses a task definition that no task may be made of. refuse makes
// the error for one that is not ACTIVE, whose class depends on the operation.
// The words are those of ECS0060.
func checkActive(found *state.TaskDefinition, refuse func(message string) error) error {
	switch {
	case found == nil:
		return clientError("TaskDefinition not found.")
	case found.Status == types.TaskDefinitionStatusDeleteInProgress:
		return refuse("TaskDefinition is being deleted")
	case found.Status != types.TaskDefinitionStatusActive:
		return refuse("TaskDefinition is inactive")
	}
	return nil
}
