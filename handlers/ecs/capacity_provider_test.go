package ecs_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func TestDescribeCapacityProviders(t *testing.T) {
	s := newServer(t)
	describe := func(in *sdk.DescribeCapacityProvidersInput) *sdk.DescribeCapacityProvidersOutput {
		t.Helper()
		return must[*sdk.DescribeCapacityProvidersOutput](t)(s.DescribeCapacityProviders(ctx, in))
	}
	all := describe(&sdk.DescribeCapacityProvidersInput{}).CapacityProviders
	if len(all) != 2 || *all[0].Name != "FARGATE" || all[0].Status != types.CapacityProviderStatusActive ||
		*all[1].CapacityProviderArn != testScope.CapacityProvider("FARGATE_SPOT") || all[1].Type != types.CapacityProviderTypeFargateSpot {
		t.Errorf("got %+v", all)
	}
	some := describe(&sdk.DescribeCapacityProvidersInput{CapacityProviders: []string{"mine", testScope.CapacityProvider("FARGATE_SPOT")}})
	if len(some.CapacityProviders) != 1 || *some.CapacityProviders[0].Name != "FARGATE_SPOT" {
		t.Errorf("got %+v", some.CapacityProviders)
	}
	if len(some.Failures) != 1 || *some.Failures[0].Arn != testScope.CapacityProvider("mine") || *some.Failures[0].Reason != "MISSING" {
		t.Errorf("got %+v", some.Failures)
	}
	first := describe(&sdk.DescribeCapacityProvidersInput{MaxResults: aws.Int32(1)})
	second := describe(&sdk.DescribeCapacityProvidersInput{MaxResults: aws.Int32(1), NextToken: first.NextToken})
	if *second.CapacityProviders[0].Name != "FARGATE_SPOT" || second.NextToken != nil {
		t.Errorf("got %+v", second)
	}
	s.createClusters(t, "bare")
	if in := describe(&sdk.DescribeCapacityProvidersInput{Cluster: aws.String("bare")}); len(in.CapacityProviders) != 0 {
		t.Errorf("the cluster has none: %+v", in.CapacityProviders)
	}
}

func TestPutClusterCapacityProviders(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	put := func(providers []string, strategy ...types.CapacityProviderStrategyItem) (*sdk.PutClusterCapacityProvidersOutput, error) {
		if strategy == nil {
			strategy = []types.CapacityProviderStrategyItem{}
		}
		return s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
			Cluster: aws.String("shop"), CapacityProviders: providers, DefaultCapacityProviderStrategy: strategy,
		})
	}
	spot := types.CapacityProviderStrategyItem{CapacityProvider: aws.String(testScope.CapacityProvider("FARGATE_SPOT")), Weight: 2}
	got := must[*sdk.PutClusterCapacityProvidersOutput](t)(put([]string{"FARGATE", testScope.CapacityProvider("FARGATE_SPOT")}, spot)).Cluster
	if !slices.Equal(got.CapacityProviders, []string{"FARGATE", "FARGATE_SPOT"}) || *got.AttachmentsStatus != "UPDATE_COMPLETE" {
		t.Errorf("got %+v", got)
	}
	if item := got.DefaultCapacityProviderStrategy[0]; *item.CapacityProvider != "FARGATE_SPOT" || item.Weight != 2 {
		t.Errorf("got %+v", item)
	}
	_, err := put([]string{"FARGATE"}, spot)
	refused(t, err, "InvalidParameterException", "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.")

	var task *state.Task
	s.update(t, func(tx *state.Tx) { task = addTask(tx, "shop", "1", state.Running, types.LaunchTypeFargate) })
	_, err = put([]string{})
	refused(t, err, "ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
	s.agentStops(t, task.ARN)
	s.update(t, func(tx *state.Tx) { state.PutService(tx, newService("shop", "web")) })
	_, err = put([]string{"FARGATE_SPOT"})
	refused(t, err, "ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")

	must[*sdk.PutClusterCapacityProvidersOutput](t)(put([]string{"FARGATE"}))
	if c := s.describeCluster(t, "shop"); !slices.Equal(c.CapacityProviders, []string{"FARGATE"}) || len(c.DefaultCapacityProviderStrategy) != 0 {
		t.Errorf("the association is replaced: %+v", c)
	}
	_, err = s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("nope"), CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	refused(t, err, "ClusterNotFoundException", "Cluster not found.")
}
