package launch

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Capacity is where tasks are to run.
type Capacity struct {
	// LaunchType is the launch type of the tasks: FARGATE for a strategy of Fargate providers, EC2 for one of
	// providers of Auto Scaling groups, MANAGED_INSTANCES for one of managed instances.
	LaunchType types.LaunchType
	// Strategy is nil where a launch type was chosen.
	Strategy []types.CapacityProviderStrategyItem
}

// launchTypes that a request may name. Source: ECS API reference, RunTask.
var launchTypes = []types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeFargate, types.LaunchTypeExternal}

// ChooseCapacity is ECS's order of choice: the strategy of the request, its launch
// type, the cluster's default strategy, EC2. The last is the emulator's to configure.
//
// Source: ECS API reference, RunTask; field reports for the messages.
func (r *Rules) ChooseCapacity(tx *store.Tx, cluster *state.Cluster, launchType types.LaunchType, strategy []types.CapacityProviderStrategyItem) (Capacity, error) {
	switch {
	case len(strategy) > 0 && launchType != "":
		return Capacity{}, kit.InvalidParameter("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	case len(strategy) > 0:
		return r.StrategyCapacity(tx, cluster, strategy)
	case launchType != "":
		return Capacity{LaunchType: launchType}, CheckLaunchType(launchType)
	case len(cluster.DefaultCapacityProviderStrategy) > 0:
		strategy := cluster.DefaultCapacityProviderStrategy
		if usableStrategy(strategy) != nil {
			return Capacity{}, errDefaultStrategyWeights
		}
		return Capacity{LaunchType: strategyLaunchType(tx, cluster.Scope(), strategy), Strategy: slices.Clone(strategy)}, nil
	case r.DefaultLaunchType != "":
		return Capacity{LaunchType: r.DefaultLaunchType}, nil
	default:
		return Capacity{LaunchType: types.LaunchTypeEc2}, nil
	}
}

// CheckLaunchType refuses a launch type that no request may name.
func CheckLaunchType(t types.LaunchType) error {
	if t == types.LaunchTypeManagedInstances { // Source: ECS API reference, RunTask and CreateService; the words are the emulator's
		return kit.InvalidParameter("To use Amazon ECS Managed Instances, specify a capacity provider strategy and omit the launch type.")
	}
	if !slices.Contains(launchTypes, t) {
		return kit.InvalidParameter("launch type should be one of [EC2,FARGATE,EXTERNAL]")
	}
	return nil
}

func (r *Rules) StrategyCapacity(tx *store.Tx, cluster *state.Cluster, strategy []types.CapacityProviderStrategyItem) (Capacity, error) {
	strategy, err := checkStrategy(tx, cluster.Scope(), strategy, cluster.CapacityProviders, errBases)
	if err != nil {
		return Capacity{}, err
	}
	if err := usableStrategy(strategy); err != nil {
		return Capacity{}, err
	}
	return Capacity{LaunchType: strategyLaunchType(tx, cluster.Scope(), strategy), Strategy: strategy}, nil
}

// strategyLaunchType is the launch type of tasks by a strategy, which is not empty.
func strategyLaunchType(tx *store.Tx, scope arn.Scope, strategy []types.CapacityProviderStrategyItem) types.LaunchType {
	for _, item := range strategy {
		if p := capacityprovider.Providers.Find(tx, scope, aws.ToString(item.CapacityProvider)); p != nil && p.Managed != nil {
			return types.LaunchTypeManagedInstances
		}
	}
	return state.StrategyLaunchType(strategy)
}

// Source: field reports.
var errDefaultStrategyWeights = kit.InvalidParameter("There are no capacity providers with a weight value greater than zero defined " +
	"in the default capacity provider strategy. At least one capacity provider must have a weight value greater than zero specified. " +
	"Update the cluster's default capacity provider strategy or specify a valid capacity provider strategy and try again.")
