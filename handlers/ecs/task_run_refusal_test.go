package ecs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const invalid = "InvalidParameterException"

// definitionsForRefusals registers what the tables of refusals refer to.
func (s *server) definitionsForRefusals(t testing.TB) {
	t.Helper()
	s.fargate(t, "web")
	s.fargate(t, "gone")
	must[*sdk.DeregisterTaskDefinitionOutput](t)(s.DeregisterTaskDefinition(ctx, &sdk.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("gone:1")}))
	s.fargate(t, "bridge", func(in *sdk.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.RequiresCompatibilities = types.NetworkModeBridge, []types.Compatibility{types.CompatibilityEc2}
	})
	s.fargate(t, "both", func(in *sdk.RegisterTaskDefinitionInput) {
		in.RequiresCompatibilities = append(in.RequiresCompatibilities, types.CompatibilityEc2)
	})
	s.fargate(t, "windows", func(in *sdk.RegisterTaskDefinitionInput) {
		in.EnableFaultInjection, in.Cpu, in.Memory = aws.Bool(true), aws.String("1024"), aws.String("2048")
		in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyWindowsServer2022Core}
	})
	s.fargate(t, "files", func(in *sdk.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.RequiresCompatibilities = types.NetworkModeBridge, []types.Compatibility{types.CompatibilityEc2}
		in.Volumes = []types.Volume{{Name: aws.String("etc"), Host: &types.HostVolumeProperties{SourcePath: aws.String("/etc")}}}
	})
	s.fargate(t, "role", func(in *sdk.RegisterTaskDefinitionInput) {
		in.TaskRoleArn = aws.String("arn:aws:iam::123456789012:role/app")
	})
}

func noSubnets() *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{}}}
}

// TestRunTaskRefusals holds each refusal to its exception and its words.
func TestRunTaskRefusals(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	s.createClusters(t, "bare", "dead")
	must[*sdk.DeleteClusterOutput](t)(s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("dead")}))
	s.update(t, func(tx *store.Tx) {
		c := *state.Clusters.Get(tx, testScope.Cluster("bare"))
		c.CapacityProviders = []string{"FARGATE"}
		c.DefaultCapacityProviderStrategy = []ourtypes.CapacityProviderStrategyItem{*ours[ourtypes.CapacityProviderStrategyItem](provider("FARGATE", 0, 0))}
		state.Clusters.Put(tx, &c)
	})
	for _, c := range runTaskRefusals {
		t.Run(c.name, func(t *testing.T) {
			in := runInput("web")
			c.change(in)
			_, err := s.RunTask(ctx, in)
			refused(t, err, c.code, c.message)
		})
	}
	if tasks := state.AllTasks(s.store.Read()); len(tasks) != 0 {
		t.Errorf("refused requests made %d tasks", len(tasks))
	}
}

// runTaskRefusals change a request that works.
var runTaskRefusals = []struct {
	name, code, message string
	change              func(in *sdk.RunTaskInput)
}{
	{"unknown cluster", "ClusterNotFoundException", "Cluster not found.",
		func(in *sdk.RunTaskInput) { in.Cluster = aws.String("none") }},
	{"inactive cluster", "ClusterNotFoundException", "The referenced cluster was inactive.",
		func(in *sdk.RunTaskInput) { in.Cluster = aws.String("dead") }},
	{"unknown family", "ClientException", "TaskDefinition not found.",
		func(in *sdk.RunTaskInput) { in.TaskDefinition = aws.String("none") }},
	{"unknown revision", "ClientException", "TaskDefinition not found.",
		func(in *sdk.RunTaskInput) { in.TaskDefinition = aws.String("web:9") }},
	{"inactive definition", invalid, "TaskDefinition is inactive",
		func(in *sdk.RunTaskInput) { in.TaskDefinition = aws.String("gone:1") }},
	{"launch type and strategy", invalid, "You may choose a capacity provider or a launch type but not both.",
		func(in *sdk.RunTaskInput) { in.CapacityProviderStrategy = strategy(provider("FARGATE", 1, 0)) }},
	{"bad launch type", invalid, "launch type should be one of [EC2,FARGATE,EXTERNAL]",
		func(in *sdk.RunTaskInput) { in.LaunchType = "MOON" }},
	{"managed instances", invalid, "To use Amazon ECS Managed Instances, specify a capacity provider strategy and omit the launch type.",
		func(in *sdk.RunTaskInput) { in.LaunchType = types.LaunchTypeManagedInstances }},
	{"not for Fargate", invalid, "Task definition does not support launch_type FARGATE.",
		func(in *sdk.RunTaskInput) { in.TaskDefinition = aws.String("bridge") }},
	{"not for EXTERNAL", invalid, "Task definition does not support launch_type EXTERNAL.",
		func(in *sdk.RunTaskInput) { in.LaunchType = types.LaunchTypeExternal }},
	{"no network", invalid, "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
		func(in *sdk.RunTaskInput) { in.NetworkConfiguration = nil }},
	{"network of a bridge", invalid, "Network Configuration is not valid for the given networkMode of this task definition.",
		func(in *sdk.RunTaskInput) {
			in.TaskDefinition, in.LaunchType = aws.String("bridge"), types.LaunchTypeEc2
		}},
	{"no subnets", invalid, "subnets can not be empty.",
		func(in *sdk.RunTaskInput) { in.NetworkConfiguration = noSubnets() }},
	{"17 subnets", invalid, "subnets can have at most 16 items.",
		func(in *sdk.RunTaskInput) { in.NetworkConfiguration = awsvpc(slices.Repeat([]string{subnetA}, 17)...) }},
	{"6 security groups", invalid, "securityGroups can have at most 5 items.",
		func(in *sdk.RunTaskInput) {
			in.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups = slices.Repeat([]string{groupA}, 6)
		}},
	{"unknown subnet", invalid, "Error retrieving subnet information for [" + subnetA + ", subnet-x]: The subnet ID 'subnet-x' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
		func(in *sdk.RunTaskInput) { in.NetworkConfiguration = awsvpc(subnetA, "subnet-x") }},
	{"unknown security group", invalid, "Error retrieving security group information for [sg-x]: The security group 'sg-x' does not exist (ErrorCode: InvalidGroup.NotFound)",
		func(in *sdk.RunTaskInput) {
			in.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups = []string{"sg-x"}
		}},
	{"public address on EC2", invalid, "Assign public IP is not supported for this launch type.",
		func(in *sdk.RunTaskInput) {
			in.TaskDefinition, in.LaunchType = aws.String("both"), types.LaunchTypeEc2
			in.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
		}},
	{"platform version on EC2", invalid, "The platform version must be null when specifying an EC2 launch type.",
		func(in *sdk.RunTaskInput) {
			in.TaskDefinition, in.LaunchType, in.PlatformVersion = aws.String("both"), types.LaunchTypeEc2, aws.String("LATEST")
		}},
	{"unknown platform version", "PlatformUnknownException", "The platform version is unknown.",
		func(in *sdk.RunTaskInput) { in.PlatformVersion = aws.String("9.9.9") }},
	{"strategy on Fargate", invalid, "Placement strategies are not supported with FARGATE launch type.",
		func(in *sdk.RunTaskInput) { in.PlacementStrategy = []types.PlacementStrategy{{Type: "random"}} }},
	{"constraint on Fargate", invalid, "Placement constraints are not supported with FARGATE launch type.",
		func(in *sdk.RunTaskInput) {
			in.PlacementConstraints = []types.PlacementConstraint{{Type: "distinctInstance"}}
		}},
	{"6 strategies", invalid, "Maximum number of strategies is 5.",
		func(in *sdk.RunTaskInput) {
			in.PlacementStrategy = slices.Repeat([]types.PlacementStrategy{{Type: "random"}}, 6)
		}},
	{"11 constraints", invalid, "Maximum number of constraints is 10.",
		func(in *sdk.RunTaskInput) {
			in.PlacementConstraints = slices.Repeat([]types.PlacementConstraint{{Type: "distinctInstance"}}, 11)
		}},
	{"binpack field", invalid, "binpack field 'disk' is invalid.",
		func(in *sdk.RunTaskInput) {
			in.PlacementStrategy = []types.PlacementStrategy{{Type: "binpack", Field: aws.String("disk")}}
		}},
	{"spread field", invalid, "spread field 'moon' is invalid.",
		func(in *sdk.RunTaskInput) {
			in.PlacementStrategy = []types.PlacementStrategy{{Type: "spread", Field: aws.String("moon")}}
		}},
	{"spread without field", invalid, "spread field should be specified.",
		func(in *sdk.RunTaskInput) { in.PlacementStrategy = []types.PlacementStrategy{{Type: "spread"}} }},
	{"random with field", invalid, "random field should not be specified.",
		func(in *sdk.RunTaskInput) {
			in.PlacementStrategy = []types.PlacementStrategy{{Type: "random", Field: aws.String("cpu")}}
		}},
	{"distinctInstance with expression", invalid, "distinctInstance expression should not be specified.",
		func(in *sdk.RunTaskInput) {
			in.PlacementConstraints = []types.PlacementConstraint{{Type: "distinctInstance", Expression: aws.String("x")}}
		}},
	{"memberOf without expression", invalid, "memberOf expression should be specified.",
		func(in *sdk.RunTaskInput) { in.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf"}} }},
	{"unreadable expression", invalid, "Invalid expression: expected an argument at character 16.",
		func(in *sdk.RunTaskInput) {
			in.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:x == ")}}
		}},
	{"GPUs on Fargate", invalid, "Tasks using the Fargate launch type do not support GPU resource requirements.",
		func(in *sdk.RunTaskInput) {
			in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
				Name: aws.String("app"), ResourceRequirements: []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String("1")}},
			}}}
		}},
	{"no instances", invalid, "No Container Instances were found in your cluster.",
		func(in *sdk.RunTaskInput) { in.TaskDefinition, in.LaunchType = aws.String("both"), "" }},
	{"override of no container", invalid, "Override for container named side is not a container in the TaskDefinition.",
		func(in *sdk.RunTaskInput) {
			in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("side")}}}
		}},
	{"count 0", invalid, "count should be between 1 and 10", func(in *sdk.RunTaskInput) { in.Count = aws.Int32(0) }},
	{"count 11", invalid, "count should be between 1 and 10", func(in *sdk.RunTaskInput) { in.Count = aws.Int32(11) }},
	{"long startedBy", invalid, "startedBy longer than 128.",
		func(in *sdk.RunTaskInput) { in.StartedBy = aws.String(strings.Repeat("x", 129)) }},
	{"startedBy with a terminal's escape", invalid, "startedBy contains invalid characters.",
		func(in *sdk.RunTaskInput) { in.StartedBy = aws.String("me\x1b[31m") }},
	{"group of two lines", invalid, "group contains invalid characters.",
		func(in *sdk.RunTaskInput) { in.Group = aws.String("nightly\nbatch") }},
	{"group of a service", invalid, "Invalid namespace for group",
		func(in *sdk.RunTaskInput) { in.Group = aws.String("service:web") }},
	{"long group", invalid, "group longer than 255.",
		func(in *sdk.RunTaskInput) { in.Group = aws.String(strings.Repeat("x", 256)) }},
	{"propagate of a service", invalid, "Propagate tags should be one of [TASK_DEFINITION,NONE]",
		func(in *sdk.RunTaskInput) { in.PropagateTags = types.PropagateTagsService }},
	{"exec without role", invalid, "The task couldn't be run because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
		func(in *sdk.RunTaskInput) { in.EnableExecuteCommand = true }},
	{"faults on Windows", invalid, "ecs-emulator does not support enableFaultInjection and runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE" + unsupportedTail,
		func(in *sdk.RunTaskInput) { in.TaskDefinition = aws.String("windows") }},
	{"all at once", invalid, "ecs-emulator does not support overrides.inferenceAcceleratorOverrides, enableFaultInjection and runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE" + unsupportedTail,
		func(in *sdk.RunTaskInput) {
			in.TaskDefinition = aws.String("windows")
			in.Overrides = &types.TaskOverride{
				//lint:ignore SA1019 it is there to be refused
				InferenceAcceleratorOverrides: []types.InferenceAcceleratorOverride{{DeviceName: aws.String("d")}},
			}
		}},
	{"volumes", invalid, "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
		func(in *sdk.RunTaskInput) {
			in.VolumeConfigurations = []types.TaskVolumeConfiguration{{Name: aws.String("v")}}
		}},
	{"provider of no cluster", invalid, "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.",
		func(in *sdk.RunTaskInput) {
			in.LaunchType, in.Cluster, in.CapacityProviderStrategy = "", aws.String("bare"), strategy(provider("FARGATE_SPOT", 1, 0))
		}},
	{"two bases", invalid, "There are multiple capacity providers in the specified capacity provider strategy with a base value greater than zero. Only one capacity provider can have a base value greater than zero. Specify a valid capacity provider strategy and try again.",
		func(in *sdk.RunTaskInput) {
			in.LaunchType, in.CapacityProviderStrategy = "", strategy(provider("FARGATE", 1, 1), provider("FARGATE_SPOT", 1, 1))
		}},
	{"no weight", invalid, "There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a weight value greater than zero for at least one capacity provider and try again.",
		func(in *sdk.RunTaskInput) {
			in.LaunchType, in.CapacityProviderStrategy = "", strategy(provider("FARGATE", 0, 1))
		}},
	{"no weight in the cluster's", invalid, "There are no capacity providers with a weight value greater than zero defined in the default capacity provider strategy. At least one capacity provider must have a weight value greater than zero specified. Update the cluster's default capacity provider strategy or specify a valid capacity provider strategy and try again.",
		func(in *sdk.RunTaskInput) { in.LaunchType, in.Cluster = "", aws.String("bare") }},
	{"bad token", invalid, "Invalid clientToken.", func(in *sdk.RunTaskInput) { in.ClientToken = aws.String("a b") }},
}
