// Package capacityprovider answers the ECS operations about capacity providers. Clusters are associated with
// them in package cluster.
package capacityprovider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// fargateProviders always exist.
var fargateProviders = []types.CapacityProvider{
	{Name: aws.String(state.ProviderFargate), Type: types.CapacityProviderTypeFargate},
	{Name: aws.String(state.ProviderFargateSpot), Type: types.CapacityProviderTypeFargateSpot},
}

// Limits of capacity providers. Source: ECS API reference, DescribeCapacityProviders.
const (
	maxDescribedProviders = 100 // names in a request
	maxProviderPage       = 10  // maxResults
)

// DescribeCapacityProviders describes FARGATE, FARGATE_SPOT and those that users have made; with a
// cluster, those associated with it. One that was deleted is found by its name alone, until it is
// forgotten: a choice.
func (a *API) DescribeCapacityProviders(ctx context.Context, in *sdk.DescribeCapacityProvidersInput) (*sdk.DescribeCapacityProvidersOutput, error) {
	scope := kit.Scope(ctx)
	if aws.ToString(in.Cluster) != "" {
		if err := a.NeedCluster(scope, in.Cluster); err != nil {
			return nil, err
		}
	}
	known, err := knownProviders(a.Store.Read(), scope, in)
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
	return &sdk.DescribeCapacityProvidersOutput{CapacityProviders: kit.Listed(found), Failures: failures, NextToken: next}, err
}

// knownProviders of the account, or of one cluster, by name.
func knownProviders(tx *store.Tx, scope arn.Scope, in *sdk.DescribeCapacityProvidersInput) (known []types.CapacityProvider, err error) {
	associated := func(string) bool { return true }
	if aws.ToString(in.Cluster) != "" {
		cluster, err := kit.ActiveCluster(tx, scope, in.Cluster)
		if err != nil {
			return nil, err
		}
		associated = func(name string) bool { return slices.Contains(cluster.CapacityProviders, name) }
	}
	for _, p := range fargateProviders {
		p.CapacityProviderArn = aws.String(scope.CapacityProvider(*p.Name))
		p.Status = types.CapacityProviderStatusActive
		p.Tags = []types.Tag{} // they can't be tagged
		known = append(known, p)
	}
	for _, p := range capacityprovider.Providers.List(tx, scope) {
		if p.Status != types.CapacityProviderStatusInactive || len(in.CapacityProviders) > 0 {
			described := describe(p)
			if !slices.Contains(in.Include, types.CapacityProviderFieldTags) {
				described.Tags = []types.Tag{}
			}
			known = append(known, *described)
		}
	}
	known = slices.DeleteFunc(known, func(p types.CapacityProvider) bool { return !associated(*p.Name) })
	sorting.By(known, func(a, b types.CapacityProvider) int { return strings.Compare(*a.Name, *b.Name) })
	return known, nil
}

// describe answers a capacity provider with its tags.
func describe(p *capacityprovider.Provider) *types.CapacityProvider {
	out := &types.CapacityProvider{
		CapacityProviderArn: &p.ARN, Name: &p.Name, Type: p.Type, Status: p.Status,
		UpdateStatus: p.UpdateStatus, UpdateStatusReason: kit.Optional(&p.UpdateStatusReason), Tags: kit.ListedTags(p.Tags),
	}
	if p.Managed != nil {
		out.Cluster, out.ManagedInstancesProvider = &p.Cluster, p.Managed
		return out
	}
	scaling := p.ManagedScaling
	out.AutoScalingGroupProvider = &types.AutoScalingGroupProvider{
		AutoScalingGroupArn: &p.GroupARN, ManagedScaling: &scaling,
		ManagedTerminationProtection: p.TerminationProtection, ManagedDraining: p.Draining,
	}
	return out
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
