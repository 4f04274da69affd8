package cluster

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// fargateProviders always exist. Others cannot be made yet.
var fargateProviders = []types.CapacityProvider{
	{Name: aws.String(state.ProviderFargate), Type: types.CapacityProviderTypeFargate},
	{Name: aws.String(state.ProviderFargateSpot), Type: types.CapacityProviderTypeFargateSpot},
}

// Limits of capacity providers. Source: ECS API reference.
const (
	maxClusterProviders   = 20  // PutClusterCapacityProviders
	maxDescribedProviders = 100 // DescribeCapacityProviders, names in a request
	maxProviderPage       = 10  // DescribeCapacityProviders, maxResults
)

// DescribeCapacityProviders describes FARGATE and FARGATE_SPOT; with a cluster,
// those associated with it.
func (a *API) DescribeCapacityProviders(ctx context.Context, in *sdk.DescribeCapacityProvidersInput) (*sdk.DescribeCapacityProvidersOutput, error) {
	scope := kit.Scope(ctx)
	known, err := a.knownProviders(scope, in.Cluster)
	if err != nil {
		return nil, err
	}
	found, failures, err := chooseProviders(scope, known, in.CapacityProviders)
	if err != nil {
		return nil, err
	}
	name := func(p types.CapacityProvider) string { return *p.Name }
	found, next, err := kit.Page(found, name, kit.PageQuery{
		Operation: "DescribeCapacityProviders", Scope: scope,
		Filters: append([]string{aws.ToString(in.Cluster)}, in.CapacityProviders...),
		Size:    kit.Sized(in.MaxResults), Most: maxProviderPage, Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeCapacityProvidersOutput{CapacityProviders: kit.Listed(found), Failures: failures, NextToken: next}, nil
}

// knownProviders are those of the account, or of one cluster.
func (a *API) knownProviders(scope arn.Scope, clusterRef *string) ([]types.CapacityProvider, error) {
	var known []types.CapacityProvider
	associated := []string{state.ProviderFargate, state.ProviderFargateSpot}
	if aws.ToString(clusterRef) != "" {
		if err := a.NeedCluster(scope, clusterRef); err != nil {
			return nil, err
		}
		cluster, err := kit.ActiveCluster(a.Store.Read(), scope, clusterRef)
		if err != nil {
			return nil, err
		}
		associated = cluster.CapacityProviders
	}
	for _, p := range fargateProviders {
		if !slices.Contains(associated, *p.Name) {
			continue
		}
		p.CapacityProviderArn = aws.String(scope.CapacityProvider(*p.Name))
		p.Status = types.CapacityProviderStatusActive
		p.Tags = []types.Tag{} // they can't be tagged
		known = append(known, p)
	}
	return known, nil
}

// chooseProviders picks those asked for, by name or ARN, in order of their names;
// all when none is asked for.
func chooseProviders(scope arn.Scope, known []types.CapacityProvider, asked []string) ([]types.CapacityProvider, []types.Failure, error) {
	failures := []types.Failure{}
	if len(asked) == 0 {
		return known, failures, nil
	}
	if len(asked) > maxDescribedProviders {
		return nil, nil, kit.InvalidParameter(fmt.Sprintf("capacityProviders can have at most %d items.", maxDescribedProviders))
	}
	wanted := map[string]bool{}
	for _, ref := range asked {
		id := ref
		if !arn.Is(ref) {
			id = scope.CapacityProvider(ref)
		}
		wanted[id] = true
		if !slices.ContainsFunc(known, func(p types.CapacityProvider) bool { return *p.CapacityProviderArn == id }) {
			failures = append(failures, kit.Missing(id))
		}
	}
	return slices.DeleteFunc(known, func(p types.CapacityProvider) bool { return !wanted[*p.CapacityProviderArn] }), failures, nil
}

// PutClusterCapacityProviders replaces the capacity providers of a cluster and its
// default strategy. Fargate providers are associated at once.
func (a *API) PutClusterCapacityProviders(ctx context.Context, in *sdk.PutClusterCapacityProvidersInput) (*sdk.PutClusterCapacityProvidersOutput, error) {
	var out *types.Cluster
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		providers, err := providerNames(c.Scope, in.CapacityProviders)
		if err != nil {
			return err
		}
		strategy, err := launch.CheckStrategy(in.DefaultCapacityProviderStrategy, providers)
		if err != nil {
			return err
		}
		for _, name := range c.Cluster.CapacityProviders {
			if !slices.Contains(providers, name) && providerInUse(c.Tx, c.Cluster, name) {
				return &types.ResourceInUseException{
					Message: aws.String("The specified capacity provider is in use and cannot be removed."),
				}
			}
		}
		cluster := *c.Cluster
		cluster.CapacityProviders, cluster.DefaultCapacityProviderStrategy = providers, strategy
		cluster.AttachmentsStatus = "UPDATE_COMPLETE"
		state.PutCluster(c.Tx, &cluster)
		out = describeCluster(c.Tx, &cluster, updatedClusterFields)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutClusterCapacityProvidersOutput{Cluster: out}, nil
}

// providerNames checks that capacity providers exist and returns their names,
// each once.
func providerNames(scope arn.Scope, refs []string) ([]string, error) {
	if len(refs) > maxClusterProviders {
		return nil, kit.InvalidParameter(fmt.Sprintf("capacityProviders can have at most %d items.", maxClusterProviders))
	}
	var names []string
	for _, ref := range refs {
		name := ref
		if arn.Is(ref) {
			if name = arn.Name(ref); ref != scope.CapacityProvider(name) {
				name = ""
			}
		}
		if name != state.ProviderFargate && name != state.ProviderFargateSpot {
			return nil, kit.InvalidParameter("The specified capacity provider was not found. Specify a valid name or ARN and try again.")
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// providerInUse reports whether a service's strategy names a provider, or a task
// that has not stopped runs on it.
func providerInUse(tx *state.Tx, cluster *state.Cluster, name string) bool {
	named := func(item types.CapacityProviderStrategyItem) bool {
		return arn.Name(aws.ToString(item.CapacityProvider)) == name
	}
	for _, service := range state.Services(tx, cluster) {
		if service.Status() == state.ServiceInactive {
			continue
		}
		for _, d := range service.Deployments {
			if slices.ContainsFunc(d.Revision.CapacityProviderStrategy, named) {
				return true
			}
		}
	}
	return slices.ContainsFunc(state.Tasks(tx, cluster), func(task *state.Task) bool {
		return !task.Ended() && task.Placement.CapacityProvider == name
	})
}
