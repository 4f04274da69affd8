package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
