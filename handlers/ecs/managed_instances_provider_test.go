package ecs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
)

// managedProvider asks for a provider of managed instances in the cluster shop.
func managedProvider(change func(*sdk.CreateCapacityProviderInput, *types.InstanceLaunchTemplate)) *sdk.CreateCapacityProviderInput {
	l := &types.InstanceLaunchTemplate{
		Ec2InstanceProfileArn: aws.String("arn:aws:iam::123456789012:instance-profile/ecsInstance"),
		NetworkConfiguration:  &types.ManagedInstancesNetworkConfiguration{Subnets: []string{"subnet-0123456789abcdef0"}},
	}
	in := &sdk.CreateCapacityProviderInput{
		Name: aws.String("mine"), Cluster: aws.String("shop"), ManagedInstancesProvider: &types.CreateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::123456789012:role/ecsInfrastructure"), InstanceLaunchTemplate: l,
		},
	}
	if change != nil {
		change(in, l)
	}
	return in
}

// TestAProviderOfManagedInstances: its cluster has it at once, and PutClusterCapacityProviders neither adds nor removes it (ECS0340).
func TestAProviderOfManagedInstances(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	made := must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, managedProvider(nil))).CapacityProvider
	if made.Status != types.CapacityProviderStatusProvisioning || made.Type != types.CapacityProviderTypeManagedInstances || aws.ToString(made.Cluster) != "shop" {
		t.Errorf("%+v", made)
	}
	must[*sdk.PutClusterCapacityProvidersOutput](t)(s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("shop"), CapacityProviders: []string{"FARGATE"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	}))
	if has := s.describeCluster(t, "shop").CapacityProviders; !slices.Equal(has, []string{"FARGATE", "mine"}) {
		t.Errorf("the cluster has %v", has)
	}
	_, err := s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("shop"), CapacityProviders: []string{"mine"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	refused(t, err, "InvalidParameterException", "Cannot associate Managed Instances capacity provider to clusters using this API. Managed Instances capacity providers are already associated with their cluster.")

	changed := must[*sdk.UpdateCapacityProviderOutput](t)(s.UpdateCapacityProvider(ctx, &sdk.UpdateCapacityProviderInput{
		Name: aws.String("mine"), Cluster: aws.String("shop"), ManagedInstancesProvider: &types.UpdateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::123456789012:role/other"), InstanceLaunchTemplate: &types.InstanceLaunchTemplateUpdate{},
			InfrastructureOptimization: &types.InfrastructureOptimization{ScaleInAfter: aws.Int32(-1)},
		},
	})).CapacityProvider
	if m := changed.ManagedInstancesProvider; changed.UpdateStatus != types.CapacityProviderUpdateStatusUpdateInProgress || *m.InfrastructureRoleArn != "arn:aws:iam::123456789012:role/other" ||
		*m.InfrastructureOptimization.ScaleInAfter != -1 || !slices.Equal(m.InstanceLaunchTemplate.NetworkConfiguration.Subnets, []string{"subnet-0123456789abcdef0"}) {
		t.Errorf("%+v", changed)
	}
	_, err = s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")})
	refused(t, err, "ClusterContainsCapacityProviderException", "The Cluster cannot be deleted while Capacity Providers of Managed Instances are active.")

	s.update(t, func(tx *store.Tx) {
		managed.Put(tx, &managed.Instance{Scope: testScope, ID: "i-1", Provider: testScope.CapacityProvider("mine")})
	})
	deleted := must[*sdk.DeleteCapacityProviderOutput](t)(s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{
		CapacityProvider: aws.String("mine"), Cluster: aws.String("shop"),
	})).CapacityProvider
	if deleted.Status != types.CapacityProviderStatusDeprovisioning || deleted.UpdateStatus != types.CapacityProviderUpdateStatusDeleteInProgress {
		t.Errorf("%+v", deleted)
	}
	if d, is := managed.Find(s.store.Read(), testScope, "i-1").Strongest(); !is || d.Reason != managed.Deleted {
		t.Errorf("its instance is to go: %v, %+v", is, d)
	}
}

func TestRefusedProvidersOfManagedInstances(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop", "other")
	requires := func(change func(*types.InstanceRequirementsRequest)) func(*sdk.CreateCapacityProviderInput, *types.InstanceLaunchTemplate) {
		return func(_ *sdk.CreateCapacityProviderInput, l *types.InstanceLaunchTemplate) {
			l.InstanceRequirements = &types.InstanceRequirementsRequest{
				VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1)}, MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1024)},
			}
			change(l.InstanceRequirements)
		}
	}
	for _, c := range []struct {
		change        func(*sdk.CreateCapacityProviderInput, *types.InstanceLaunchTemplate)
		code, message string
	}{
		{func(in *sdk.CreateCapacityProviderInput, _ *types.InstanceLaunchTemplate) { in.Cluster = nil },
			"InvalidParameterException", "A capacity provider of managed instances belongs to a cluster. Specify the cluster and try again."},
		{func(in *sdk.CreateCapacityProviderInput, _ *types.InstanceLaunchTemplate) {
			in.Cluster = aws.String("nope")
		},
			"ClusterNotFoundException", "Cluster not found."},
		{func(in *sdk.CreateCapacityProviderInput, _ *types.InstanceLaunchTemplate) {
			in.AutoScalingGroupProvider = &types.AutoScalingGroupProvider{AutoScalingGroupArn: aws.String("spare")}
		}, "InvalidParameterException", "Only one of autoScalingGroupProvider and managedInstancesProvider can be specified."},
		{func(in *sdk.CreateCapacityProviderInput, _ *types.InstanceLaunchTemplate) {
			in.ManagedInstancesProvider.InfrastructureOptimization = &types.InfrastructureOptimization{ScaleInAfter: aws.Int32(3601)}
		}, "InvalidParameterException", "scaleInAfter should be between -1 and 3600"},
		{func(_ *sdk.CreateCapacityProviderInput, l *types.InstanceLaunchTemplate) {
			l.NetworkConfiguration.Subnets = nil
		},
			"InvalidParameterException", "subnets can not be empty."},
		{func(_ *sdk.CreateCapacityProviderInput, l *types.InstanceLaunchTemplate) {
			l.CapacityOptionType = types.CapacityOptionTypeReserved
		},
			"NotImplementedException", "ecs-emulator does not implement managedInstancesProvider.instanceLaunchTemplate.capacityOptionType RESERVED yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."},
		{requires(func(r *types.InstanceRequirementsRequest) {
			r.AcceleratorTypes = []types.AcceleratorType{types.AcceleratorTypeGpu}
		}),
			"NotImplementedException", "ecs-emulator does not implement managedInstancesProvider.instanceLaunchTemplate.instanceRequirements.acceleratorTypes yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."},
		{requires(func(r *types.InstanceRequirementsRequest) { r.VCpuCount.Max = aws.Int32(0) }), "InvalidParameterException", "vCpuCount.max must be at least 1."},
		{requires(func(r *types.InstanceRequirementsRequest) { r.MemoryMiB.Max = aws.Int32(512) }), "InvalidParameterException", "memoryMiB.min must not be greater than memoryMiB.max."},
		{requires(func(r *types.InstanceRequirementsRequest) { r.AllowedInstanceTypes = []string{"m99.*"} }),
			"InvalidParameterException", "No instance type meets the instanceRequirements. Change them and try again."},
	} {
		_, err := s.CreateCapacityProvider(ctx, managedProvider(c.change))
		refused(t, err, c.code, c.message)
	}
	must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, managedProvider(nil)))
	_, err := s.CreateCapacityProvider(ctx, managedProvider(func(in *sdk.CreateCapacityProviderInput, _ *types.InstanceLaunchTemplate) {
		in.Cluster = aws.String("other")
	}))
	refused(t, err, "ClientException", "The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider.")
	_, err = s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{CapacityProvider: aws.String("mine"), Cluster: aws.String("other")})
	refused(t, err, "ClientException", "The specified capacity provider does not belong to the specified cluster. Specify its cluster and try again.")
	foreign := strings.Replace(testScope.Cluster("shop"), testScope.Account, "999999999999", 1)
	_, err = s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{CapacityProvider: aws.String("mine"), Cluster: &foreign})
	refused(t, err, "ClientException", "The specified capacity provider does not belong to the specified cluster. Specify its cluster and try again.")
	_, err = s.UpdateCapacityProvider(ctx, &sdk.UpdateCapacityProviderInput{
		Name: aws.String("mine"), Cluster: aws.String("arn:aws:ecs:af-south-1:" + testScope.Account + ":cluster/shop"),
		ManagedInstancesProvider: &types.UpdateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/other"), InstanceLaunchTemplate: &types.InstanceLaunchTemplateUpdate{},
		},
	})
	refused(t, err, "InvalidParameterException", "Invalid Region in ARN")
	_, err = s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{CapacityProvider: aws.String("mine")})
	refused(t, err, "InvalidParameterException", "A capacity provider of managed instances belongs to a cluster. Specify the cluster and try again.")
}
