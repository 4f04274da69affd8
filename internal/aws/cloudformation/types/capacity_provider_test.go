package types_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// TestCapacityProvider: one of a group, in a cluster that has it beside Fargate's; its delete waits until no cluster has it.
func TestCapacityProvider(t *testing.T) {
	t.Parallel()
	w := startStack(t)
	w.network()
	template := stackResource{"Template", "AWS::EC2::LaunchTemplate", `{LaunchTemplateData: {ImageId: ami-0123456789abcdef0, InstanceType: t3.micro}}`, ``}
	w.made["Template"] = w.do(&handlertest.Driver{}, template, handler.Create, w.properties(template.properties), nil, handler.Result{})
	for _, name := range []string{"g", "h"} {
		in := sdk.CreateAutoScalingGroupInput{
			AutoScalingGroupName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(1), AvailabilityZones: []string{"us-east-1a"},
			LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: aws.String(w.made["Template"].PhysicalID), Version: aws.String("1")},
		}
		if err := w.call(t.Context(), apiclient.Of("autoscaling", "CreateAutoScalingGroup"), &in, nil); err != nil {
			t.Fatal(err)
		}
	}
	resources := []stackResource{
		{"Cluster", "AWS::ECS::Cluster", `{}`, ``},
		{"Provider", "AWS::ECS::CapacityProvider",
			`{AutoScalingGroupProvider: {AutoScalingGroupArn: g, ManagedScaling: {Status: ENABLED, TargetCapacity: "100"}}}`,
			`{AutoScalingGroupProvider: {AutoScalingGroupArn: g, ManagedScaling: {Status: ENABLED, TargetCapacity: "80"}}, Tags: [{Key: a, Value: b}]}`},
		{"Named", "AWS::ECS::CapacityProvider", `{Name: own, AutoScalingGroupProvider: {AutoScalingGroupArn: h}}`, ``},
		{"Managed", "AWS::ECS::CapacityProvider",
			`{ClusterName: "${Cluster}", ManagedInstancesProvider: {InfrastructureRoleArn: "arn:aws:iam::000000000000:role/r", InstanceLaunchTemplate: {
				Ec2InstanceProfileArn: "arn:aws:iam::000000000000:instance-profile/p", NetworkConfiguration: {Subnets: [subnet-0ec5e3a1a70000001]},
				InstanceRequirements: {VCpuCount: {Min: 1}, MemoryMiB: {Min: 1024}}}}}`,
			`{ClusterName: "${Cluster}", ManagedInstancesProvider: {InfrastructureRoleArn: "arn:aws:iam::000000000000:role/r", InfrastructureOptimization: {ScaleInAfter: 60}, InstanceLaunchTemplate: {
				Ec2InstanceProfileArn: "arn:aws:iam::000000000000:instance-profile/p", NetworkConfiguration: {Subnets: [subnet-0ec5e3a1a70000001]},
				InstanceRequirements: {VCpuCount: {Min: 2}, MemoryMiB: {Min: 1024}}}}}`},
		{"Associations", "AWS::ECS::ClusterCapacityProviderAssociations",
			`{Cluster: "${Cluster}", CapacityProviders: ["${Provider}", FARGATE], DefaultCapacityProviderStrategy: [{CapacityProvider: "${Provider}", Weight: 1}]}`,
			`{Cluster: "${Cluster}", CapacityProviders: [FARGATE], DefaultCapacityProviderStrategy: [{CapacityProvider: FARGATE}]}`},
	}
	for _, r := range resources {
		w.proveResource(r)
	}
	provider := resources[1]
	r := w.request(provider, handler.Delete, w.properties(provider.properties), nil, w.made["Provider"])
	r.Began, r.Now = w.srv.Clock().Now(), w.srv.Clock().Now()
	remove := func() handler.Result { return types.Find(provider.kind).Run(t.Context(), w.call, r) }
	if got := remove(); got.Failure != nil || got.Again == 0 {
		t.Errorf("a provider that a cluster has: %+v", got)
	}
	w.do(&handlertest.Driver{}, resources[4], handler.Delete, w.properties(resources[4].properties), nil, w.made["Associations"])
	if got := remove(); got.Failure != nil || got.Again != 0 {
		t.Errorf("a provider that no cluster has: %+v", got)
	}
}
