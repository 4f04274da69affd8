package placement

import (
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// NextProvider is the capacity provider of the next task of a deployment, or of a call of RunTask. count holds
// the tasks of each provider.
//
//	FARGATE base 1 weight 1, FARGATE_SPOT weight 3: FARGATE for the base, then for
//	each four tasks SPOT, FARGATE, SPOT, SPOT: five tasks are 1+1 and 3.
//
// Source: ECS developer guide, capacity provider strategies.
func NextProvider(strategy []types.CapacityProviderStrategyItem, count map[string]int) string {
	next := ""
	for _, item := range strategy {
		name := aws.ToString(item.CapacityProvider)
		if next == "" || Before(strategy, name, count[name], next, count[next]) {
			next = name
		}
	}
	return next
}

// Before reports whether provider a, which has n tasks, gets one before b, which
// has m: the one with the smaller share; ties go to the greater weight, then to the
// first listed.
func Before(strategy []types.CapacityProviderStrategyItem, a string, n int, b string, m int) bool {
	atA, atB := index(strategy, a), index(strategy, b)
	if atA < 0 || atB < 0 {
		return atA > atB
	}
	itemA, itemB := strategy[atA], strategy[atB]
	if shareA, shareB := share(itemA, n), share(itemB, m); shareA != shareB {
		return shareA < shareB
	}
	if itemA.Weight != itemB.Weight {
		return itemA.Weight > itemB.Weight
	}
	return atA < atB
}

func index(strategy []types.CapacityProviderStrategyItem, provider string) int {
	return slices.IndexFunc(strategy, func(item types.CapacityProviderStrategyItem) bool {
		return aws.ToString(item.CapacityProvider) == provider
	})
}

// share is how well a provider with n tasks is served: below its base not at all,
// beyond it by its weight. Weight 0 is served by its base.
func share(item types.CapacityProviderStrategyItem, n int) float64 {
	switch {
	case n < int(item.Base):
		return math.Inf(-1)
	case item.Weight == 0:
		return math.Inf(1)
	}
	return float64(n-int(item.Base)) / float64(item.Weight)
}
