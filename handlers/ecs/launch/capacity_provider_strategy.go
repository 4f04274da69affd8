package launch

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxStrategyItems is the length of a strategy.
// Source: ECS API reference, CapacityProviderStrategyItem.
const maxStrategyItems = 20

// Source: ECS0312; that tasks have the words of services is by analogy.
var (
	errDefaultBases = kit.InvalidParameter("The specified capacity provider strategy contains multiple capacity providers with a base value defined. Only one capacity provider per strategy can have a base value defined.")
	errBases        = kit.InvalidParameter("There are multiple capacity providers in the specified capacity provider strategy with a base value greater than zero. " +
		"Only one capacity provider can have a base value greater than zero. Specify a valid capacity provider strategy and try again.")
)

// CheckDefaultStrategy checks the default strategy of a cluster as checkStrategy does. That all weights
// are zero is only refused where the strategy is used; see usableStrategy.
func CheckDefaultStrategy(tx *store.Tx, scope arn.Scope, items []types.CapacityProviderStrategyItem, associated []string) ([]types.CapacityProviderStrategyItem, error) {
	return checkStrategy(tx, scope, items, associated, errDefaultBases)
}

// checkStrategy checks a strategy against the providers associated with the
// cluster, and returns it with names instead of ARNs. More than one base is refused with ofBases.
// Source: field reports and AWS CDK for the messages. The service model bounds weight and base.
func checkStrategy(tx *store.Tx, scope arn.Scope, items []types.CapacityProviderStrategyItem, associated []string, ofBases error) ([]types.CapacityProviderStrategyItem, error) {
	if len(items) > maxStrategyItems {
		return nil, kit.InvalidParameter(fmt.Sprintf("capacityProviderStrategy can have at most %d items.", maxStrategyItems))
	}
	checked := make([]types.CapacityProviderStrategyItem, 0, len(items))
	bases, fargate, managed := 0, 0, 0
	for _, item := range items {
		name := arn.Name(aws.ToString(item.CapacityProvider))
		if !slices.Contains(associated, name) {
			return nil, kit.InvalidParameter("The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.")
		}
		switch p := capacityprovider.Providers.Find(tx, scope, name); {
		case state.OfFargate(name):
			fargate++
		case p == nil || p.Managed == nil:
		case !p.Active():
			return nil, kit.InvalidParameter(fmt.Sprintf("The specified capacity provider '%s' is not in an ACTIVE state. Specify a valid capacity provider and try again.", name))
		default:
			managed++
		}
		if item.Base > 0 {
			bases++
		}
		checked = append(checked, types.CapacityProviderStrategyItem{CapacityProvider: &name, Weight: item.Weight, Base: item.Base})
	}
	if fargate > 0 && fargate < len(items) {
		return nil, kit.InvalidParameter("A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again.")
	}
	if managed > 0 && managed < len(items) { // the words are made by analogy
		return nil, kit.InvalidParameter("A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Managed Instances providers. Specify one or the other and try again.")
	}
	if bases > 1 {
		return nil, ofBases
	}
	return checked, nil
}

// usableStrategy refuses a strategy of a request that could place no task.
// Source: field reports of RunTask and CreateService.
func usableStrategy(items []types.CapacityProviderStrategyItem) error {
	if slices.ContainsFunc(items, func(item types.CapacityProviderStrategyItem) bool { return item.Weight > 0 }) {
		return nil
	}
	return kit.InvalidParameter("There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a weight value greater than zero for at least one capacity provider and try again.")
}
